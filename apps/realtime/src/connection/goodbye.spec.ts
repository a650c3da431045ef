import { farewell, wavesOf } from './goodbye';

const all = Array.from({ length: 101 }, (_, one) => one);

test('without time everybody leaves in one wave', () => expect(wavesOf(all, 0)).toEqual([all]));

test('each leaves once, in waves of the same size', () => {
  const waves = wavesOf(all, 500);
  expect(waves.flat()).toEqual(all);
  expect(waves.map(({ length }) => length)).toEqual([11, 10, 10, 10, 10, 10, 10, 10, 10, 10]);
});

test('fewer than waves are no trouble', () => expect(wavesOf([7], 150)).toEqual([[7], [], []]));

test('who may go elsewhere does so within half a second', () => {
  const hints = [0, 0.999_9].map((random) => farewell('elsewhere', random));
  expect(hints).toEqual([0, 499].map((reconnectInMs) => ({ code: 1001, reconnectInMs })));
});

test('who has to wait for this process is given seconds', () => {
  const hints = [0, 0.999_9].map((random) => farewell('here', random));
  expect(hints).toEqual([1_000, 4_999].map((reconnectInMs) => ({ code: 1012, reconnectInMs })));
});
