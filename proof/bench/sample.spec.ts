import { line, summary } from './sample.ts';

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

test('of nothing there is no median', () => {
  expect(() => summary([])).toThrow('nothing was measured');
});

test('a line names what was measured and how often', () => {
  expect(line('startup', 'second', 'ms', [3, 1, 2])).toEqual({
    bench: 'startup',
    case: 'second',
    unit: 'ms',
    ours: { median: 2, min: 1, max: 3 },
    n: 3,
  });
  expect(line('order-latency', 'x', 'ms', hundred, true).ours.p99).toBe(99);
});
