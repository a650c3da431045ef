import { eventually, scraped } from '@halftone/testing';
import { DeadLetterCount } from './dead-letter-count';

test('a group whose topic cannot be read does not block the count of others', async () => {
  const groups = ['unreadable', 'readable'];
  const endOf = async (group: string) => {
    if (group === 'unreadable') throw new Error('no such topic');
    return '0:1';
  };
  const statuses = async () => [{ state: 'open' }] as never;
  const count = new DeadLetterCount({ groups: async () => groups, endOf, statuses });
  count.start();
  await eventually(async () => expect(await scraped('dead_letters_open{group="readable"}')).toBe(1), 5_000);
  await count.stop();
});

test('the age of the oldest open letter is reported until it is closed', async () => {
  const [first, second] = ['2026-01-01T00:00:00.000Z', '2026-01-01T01:00:00.000Z'];
  let open = [
    { state: 'open', time: second },
    { state: 'open', time: first },
  ];
  const desk = {
    groups: async () => ['aging'],
    endOf: async () => String(open.length),
    statuses: async () => [...open, { state: 'dropped', time: '2025-01-01T00:00:00.000Z' }] as never,
  };
  const oldest = () => scraped('dead_letters_oldest_open_timestamp_seconds{group="aging"}');
  const counted = async () => {
    const count = new DeadLetterCount(desk);
    count.start();
    await eventually(async () => expect(await scraped('dead_letters_open{group="aging"}')).toBe(open.length), 5_000);
    await count.stop();
    return oldest();
  };
  expect(await counted()).toBe(Date.parse(first) / 1_000);
  open = [];
  expect(await counted()).toBe(0);
});
