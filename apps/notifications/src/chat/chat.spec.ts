import { decide, type Message, rate } from './chat';

const before: Message = {
  ...{ id: 'm1', room: 'support:alice', seq: 1, sender: 'alice', clientId: 'c1' },
  ...{ text: 'hello', time: new Date(0) },
};
const nothing = { before: undefined, lately: 0 };

test('what is new is said, what was said is what was said', () => {
  expect(decide({ text: 'hello', clientId: 'c1' }, nothing)).toBe('say');
  expect(decide({ text: 'hello', clientId: 'c1' }, { before, lately: rate.messages })).toBe(before);
});

test.each([
  ['a name that is none', { text: 'x', clientId: '' }, nothing, 'VALIDATION_FAILED'],
  ['nothing', { text: '', clientId: 'c1' }, nothing, 'VALIDATION_FAILED'],
  ['blanks', { text: ' \n', clientId: 'c1' }, nothing, 'VALIDATION_FAILED'],
  ['too much', { text: 'x'.repeat(4_097), clientId: 'c1' }, nothing, 'VALIDATION_FAILED'],
  [
    'something else under the same name',
    { text: 'bye', clientId: 'c1' },
    { before, lately: 0 },
    'IDEMPOTENCY_KEY_REUSED',
  ],
  ['too often', { text: 'x', clientId: 'c2' }, { before: undefined, lately: rate.messages }, 'RATE_LIMITED'],
])('%s is not taken', (_what, utterance, said, code) => {
  expect(() => decide(utterance, said)).toThrow(expect.objectContaining({ code }));
});

test('as much as fits and as often as allowed is taken', () => {
  const lately = rate.messages - 1;
  expect(decide({ text: 'x'.repeat(4_096), clientId: 'c2' }, { before: undefined, lately })).toBe('say');
});
