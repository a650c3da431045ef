import type { KafkaMessage } from 'kafkajs';
import { type Incoming, partsOf, sizeOfStep } from './chunk';
import type { Delivery } from './handler-transaction';
import { keyOf } from './retry-queue';

const messageOf = (key: string, offset: number) => ({ key: Buffer.from(key), offset: `${offset}`, timestamp: '1' });
const kinds: Readonly<Record<string, (message: KafkaMessage) => Incoming>> = {
  e: (message) => ({ kind: 'event', message, delivery: {} as Delivery }),
  s: (message) => ({ kind: 'skipped', message, isForOtherGroup: false }),
  o: (message) => ({ kind: 'skipped', message, isForOtherGroup: true }),
  x: (message) => ({ kind: 'alone', message }),
};
/** `e:a` is an event with the key a; s is skipped, o a letter of another group, x no valid event. */
const messages = (text: string) =>
  text.split(' ').map((word, offset) => {
    const [kind = '', key = 'k'] = word.split(':');
    return kinds[kind]!(messageOf(key, offset) as KafkaMessage);
  });
const parked = (...keys: string[]) => ({
  keys: new Set(keys.map((key) => keyOf(messageOf(key, 0) as KafkaMessage))),
  known: new Set(['1 1']),
});
const nothing = { keys: new Set<string>(), known: new Set<string>() };

test.each([
  ['e', 1],
  ['e e e', 3],
  ['e s e', 3],
  ['e s s', 1],
  ['s s e e', 2],
  ['s s', 2],
  ['e e x e', 2],
  ['x e e', 1],
  ['s x', 1],
  [Array(150).fill('e').join(' '), 100],
  [Array(150).fill('e s').join(' '), 200],
])('the first step of %s has %i messages', (text, size) => {
  expect(sizeOfStep(messages(text), nothing)).toBe(size);
});

test.each([
  ['an event of a parked key ends the step', 'e:a e:a e:b e:a', parked('b'), 1],
  ['so does a message of a parked key that is skipped', 's:a s:b s:a', parked('b'), 1],
  ['but not a letter of another group', 's:a o:b s:a', { ...nothing, keys: parked('b').keys }, 3],
  ['a message that is in the queue already', 'e:a e:a e:a', parked(), 1],
  ['the first is of a parked key', 'e:b e:a e:a', parked('b'), 1],
])('%s', (_, text, backlog, size) => {
  expect(sizeOfStep(messages(text), backlog)).toBe(size);
});

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

test.each([
  [
    4,
    undefined,
    [
      [0, 1],
      [2, 3],
    ],
  ],
  [3, undefined, [[0, 1], [2]]],
  [5, 0, [[0], [1, 2, 3, 4]]],
  [5, 1, [[0], [1], [2, 3, 4]]],
  [5, 4, [[0, 1, 2], [3], [4]]],
  [2, 1, [[0], [1]]],
])('%i messages, of which the one at %p failed', (count, culprit, parts) => {
  expect(partsOf(numbers(count), culprit)).toEqual(parts);
});

test('a message that was handled before the failure is tried again at most log2 n times', () => {
  const worst = (count: number): number =>
    count < 2
      ? 0
      : Math.max(
          ...numbers(count).map((culprit) => {
            const parts = partsOf(numbers(count), culprit).filter((part) => (part.at(-1) ?? 0) < culprit);
            return 1 + Math.max(0, ...parts.map((part) => memo(part.length)));
          }),
        );
  const known = new Map<number, number>();
  const memo = (count: number): number => known.get(count) ?? known.set(count, worst(count)).get(count) ?? 0;
  for (const count of [2, 16, 100]) expect(memo(count)).toBeLessThanOrEqual(Math.ceil(Math.log2(count)) + 1);
});
