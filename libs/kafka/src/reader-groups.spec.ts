import { eventually } from '@halftone/testing';
import type { Kafka } from 'kafkajs';
import { LogTail } from './log-tail';
import { RangeReader } from './range-reader';
import { ReaderGroups } from './reader-groups';

/** Removes the pause between two attempts, which is not under test. */
jest.mock('node:timers/promises', () => ({
  ...jest.requireActual<object>('node:timers/promises'),
  setTimeout: () => new Promise((resolve) => setImmediate(resolve)),
}));

/** Refuses every connection, like an unreachable broker. */
function unreachableKafka() {
  const opened: string[] = [];
  const consumer = ({ groupId }: { groupId: string }) => {
    opened.push(groupId);
    return {
      events: { GROUP_JOIN: 'join', CRASH: 'crash' },
      on: () => undefined,
      connect: () => Promise.reject(new Error('the broker is unreachable')),
      disconnect: () => Promise.resolve(),
    };
  };
  return { kafka: { consumer } as unknown as Kafka, opened };
}

test('the latest hundred groups are kept, oldest first', () => {
  const groups = new ReaderGroups();
  const ids = Array.from({ length: 250 }, (_, n) => `reader.${n}`);
  for (const id of ids) groups.add(id);
  expect(groups.list()).toEqual(ids.slice(-100));
});

test('a range reader keeps no more groups, however often Kafka is unreachable', async () => {
  const { kafka, opened } = unreachableKafka();
  const reader = new RangeReader(kafka, 'topic', 1, 'reader');
  for (let n = 0; n < 150; n += 1) {
    await expect(reader.read({ partition: 0, from: 0n, to: 1n })).rejects.toThrow('the broker is unreachable');
  }
  await reader.close();
  expect(opened.length).toBeGreaterThan(150);
  expect(reader.groups).toEqual(opened.slice(-100));
});

test('a tail keeps no more groups, however often Kafka is unreachable', async () => {
  const { kafka, opened } = unreachableKafka();
  const tail = new LogTail({
    kafka,
    topic: 'topic',
    groupPrefix: 'reader',
    start: new Map([[0, 0n]]),
    ends: new Map([[0, 1n]]),
    onMessage: () => undefined,
  });
  tail.start();
  await eventually(() => expect(opened.length).toBeGreaterThan(150));
  expect(await tail.stop()).toEqual(opened.slice(-100));
});
