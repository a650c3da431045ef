import { goodbye, wavesOf } from './goodbye';

const all = Array.from({ length: 101 }, (_, one) => one);

test('with a time of 0 there is one wave', () => expect(wavesOf(all, 0)).toEqual([all]));

test('each connection is in one of the equal waves', () => {
  const waves = wavesOf(all, 500);
  expect(waves.flat()).toEqual(all);
  expect(waves.map(({ length }) => length)).toEqual([11, 10, 10, 10, 10, 10, 10, 10, 10, 10]);
});

test('there may be more waves than connections', () => expect(wavesOf([7], 150)).toEqual([[7], [], []]));

test('clients reconnect elsewhere within half a second', () => {
  const hints = [0, 0.999_9].map((random) => goodbye('elsewhere', random));
  expect(hints).toEqual([0, 499].map((reconnectInMs) => ({ code: 1001, reconnectInMs })));
});

test('clients wait some seconds for a restarting process', () => {
  const hints = [0, 0.999_9].map((random) => goodbye('here', random));
  expect(hints).toEqual([1_000, 4_999].map((reconnectInMs) => ({ code: 1012, reconnectInMs })));
});
