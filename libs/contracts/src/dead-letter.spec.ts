import {
  type DeadLetterRecord,
  type Failure,
  lettersOf,
  type RawMessage,
  toLetter,
  toMarker,
  toReplay,
} from './dead-letter';

const original: RawMessage = {
  key: Buffer.from('alice'),
  value: Buffer.from([1, 2]),
  headers: { ce_id: 'e1', traceparent: Buffer.from('00-1') },
};
const failure = (offset: string, recordTime = '100'): Failure => ({
  group: 'g',
  origin: { topic: 't', partition: 3, offset, recordTime },
  reason: 'ORDER_NOT_FOUND',
  message: 'no order o',
  attempts: 2,
  time: new Date(0),
});
/** As the broker returns it. */
const log = (...messages: (RawMessage & { headers?: object })[]): DeadLetterRecord[] =>
  messages.map((message, offset) => ({ ...message, offset: String(offset) }));
const [first] = lettersOf('g', log(toLetter(original, failure('7'))));

test('a letter has the reason, the origin and the original message', () => {
  expect(first).toEqual({
    id: 'g/0',
    group: 'g',
    state: 'open',
    reason: 'ORDER_NOT_FOUND',
    message: 'no order o',
    attempts: 2,
    time: '1970-01-01T00:00:00.000Z',
    origin: { topic: 't', partition: 3, offset: '7', recordTime: '100' },
    original,
    copies: 1,
    resolved: undefined,
  });
});

test('a replay is the original, to its own partition, with the id of the letter', () => {
  expect(toReplay(first!)).toEqual({
    key: original.key,
    value: original.value,
    partition: 3,
    headers: { ...original.headers, dlq_replayed: 'g/0' },
  });
});

test('a replay that fails again is a new letter that names the previous one', () => {
  const again = toLetter(toReplay(first!), failure('9'));
  expect(again.headers).toMatchObject({ dlq_before: 'g/0', dlq_offset: '9' });
  expect(again.headers).not.toHaveProperty('dlq_replayed');
  expect(lettersOf('g', log(toLetter(original, failure('7')), again)).map(({ id }) => id)).toEqual(['g/0', 'g/1']);
});

test('copies after a crash are one letter, and a marker for any of them resolves it', () => {
  const letter = toLetter(original, failure('7'));
  const marker = toMarker({ id: 'g/1' }, 'dropped', 'olga', new Date(5));
  expect(lettersOf('g', log(letter, letter, marker))).toMatchObject([
    { id: 'g/0', copies: 2, state: 'dropped', resolved: { by: 'olga', time: '1970-01-01T00:00:00.005Z' } },
  ]);
});

test('the first of two markers counts; one for an unknown letter is ignored', () => {
  const marker = (id: string, by: string, how: 'replayed' | 'dropped') => toMarker({ id }, how, by, new Date(0));
  const records = log(
    toLetter(original, failure('7')),
    marker('g/0', 'olga', 'replayed'),
    marker('g/0', 'bob', 'dropped'),
    marker('g/99', 'bob', 'dropped'),
  );
  expect(lettersOf('g', records)).toMatchObject([{ state: 'replayed', resolved: { by: 'olga' } }]);
});

test('the same offset of a recreated log is another letter', () => {
  const records = log(toLetter(original, failure('7', '100')), toLetter(original, failure('7', '200')));
  expect(lettersOf('g', records)).toHaveLength(2);
});
