import { decide, type Message, rate } from './chat';

const earlier: Message = {
  ...{ id: 'm1', room: 'support:alice', seq: 1, sender: 'alice', clientId: 'c1' },
  ...{ text: 'hello', time: new Date(0) },
};
const noHistory = { earlier: undefined, recent: 0 };

test('a new message is appended, a repeated one returns the stored message', () => {
  expect(decide({ text: 'hello', clientId: 'c1' }, noHistory)).toBe('append');
  expect(decide({ text: 'hello', clientId: 'c1' }, { earlier, recent: rate.messages })).toBe(earlier);
});

test.each([
  ['an empty client id', { text: 'x', clientId: '' }, noHistory, 'VALIDATION_FAILED'],
  ['an empty text', { text: '', clientId: 'c1' }, noHistory, 'VALIDATION_FAILED'],
  ['a text of whitespace', { text: ' \n', clientId: 'c1' }, noHistory, 'VALIDATION_FAILED'],
  ['a text that is too long', { text: 'x'.repeat(4_097), clientId: 'c1' }, noHistory, 'VALIDATION_FAILED'],
  [
    'another text with the same client id',
    { text: 'bye', clientId: 'c1' },
    { earlier, recent: 0 },
    'IDEMPOTENCY_KEY_REUSED',
  ],
  [
    'a message above the rate limit',
    { text: 'x', clientId: 'c2' },
    { earlier: undefined, recent: rate.messages },
    'RATE_LIMITED',
  ],
])('%s is refused', (_what, input, history, code) => {
  expect(() => decide(input, history)).toThrow(expect.objectContaining({ code }));
});

test('the longest text at the highest rate is accepted', () => {
  const recent = rate.messages - 1;
  expect(decide({ text: 'x'.repeat(4_096), clientId: 'c2' }, { earlier: undefined, recent })).toBe('append');
});
