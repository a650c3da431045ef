import { parseStat, treeCpuUs, treeOf } from './process-cost.ts';

/** proc(5): state and parent are fields 3 and 4, utime to cstime fields 14 to 17. */
const statText = (pid: number, name: string, parent: number, times: readonly number[]) =>
  `${pid} (${name}) S ${parent} ${pid} ${pid} 0 -1 4194304 100 0 0 0 ${times.join(' ')} 20 0 11 0 123456 1000 200`;

test('times are user and system time in µs, those of ended children are separate', () => {
  const text = statText(7, 'postgres', 1, [12, 3, 200, 50]);
  expect(parseStat(text)).toEqual({ pid: 7, parent: 1, cpuUs: 150_000, endedChildrenUs: 2_500_000 });
});

test('brackets and spaces in the name of the program move no field', () => {
  expect(parseStat(statText(8, 'a) S 99 (b', 7, [1, 1, 0, 0]))).toMatchObject({ pid: 8, parent: 7, cpuUs: 20_000 });
});

const process = (pid: number, parent: number, ticks: number, ended = 0) =>
  parseStat(statText(pid, 'x', parent, [ticks, 0, ended, 0]));

test('a tree has the children of children, and nothing beside it', () => {
  const all = [process(1, 0, 1), process(2, 1, 1), process(3, 2, 1), process(4, 1, 1)];
  expect(treeOf(2, all).map(({ pid }) => pid)).toEqual([2, 3]);
  expect(treeOf(9, all)).toEqual([]);
});

test('what a child has used is counted before and after its end', () => {
  const before = [process(2, 1, 5), process(3, 2, 7)];
  const after = [process(2, 1, 5, 7)];
  expect(treeCpuUs(2, before)).toBe(120_000);
  expect(treeCpuUs(2, after)).toBe(120_000);
});
