import { reconnectHint, wavesOf } from './goodbye';

const all = Array.from({ length: 101 }, (_, one) => one);

test('without time everybody leaves in one wave', () => expect(wavesOf(all, 0)).toEqual([all]));

test('each leaves once, in waves of the same size', () => {
  const waves = wavesOf(all, 500);
  expect(waves.flat()).toEqual(all);
  expect(waves.map(({ length }) => length)).toEqual([11, 10, 10, 10, 10, 10, 10, 10, 10, 10]);
});

test('fewer than waves are no trouble', () => expect(wavesOf([7], 150)).toEqual([[7], [], []]));

test('a hint lies within half a second', () => expect([reconnectHint(0), reconnectHint(0.999_9)]).toEqual([0, 499]));
