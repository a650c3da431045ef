import { setTimeout as sleep } from 'node:timers/promises';
import { concurrently } from './concurrently.ts';

test('never more than that many at the same time, and every item once', async () => {
  const done: number[] = [];
  let [running, most] = [0, 0];
  await concurrently([1, 2, 3, 4, 5], 2, async (item) => {
    most = Math.max(most, (running += 1));
    await sleep(1);
    running -= 1;
    done.push(item);
  });
  expect(done.toSorted()).toEqual([1, 2, 3, 4, 5]);
  expect(most).toBe(2);
});

test('after a failure no further item is begun', async () => {
  const begun: number[] = [];
  const work = async (item: number) => {
    begun.push(item);
    await sleep(1);
    if (item === 1) throw new Error('one failed');
  };
  await expect(concurrently([1, 2, 3, 4, 5], 2, work)).rejects.toThrow('one failed');
  await sleep(10);
  expect(begun.length).toBeLessThan(5);
});
