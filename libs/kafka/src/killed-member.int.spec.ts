import { eventually } from '@halftone/testing';
import { memberProcesses } from './fixture/member-processes.fixture';

const processes = memberProcesses();

test.each([
  ['an event is parked but its offset is not committed', 'consumer.parked.stored=kill'],
  ['an event of the same key is enqueued behind it', 'consumer.parked.behind=kill'],
  ['it is claimed but its handler was not called', 'consumer.parked.claimed=kill'],
])('killed when %s: each event takes effect once, in the order of its key', async (_, failpoint) => {
  const [a, b] = processes().given.keysOfOnePartition(2) as [string, string];
  const first = processes().start(failpoint);
  await processes().isReady();
  await processes().run(`insert into broken values ('a1')`);
  await processes().given.send(['a1', a], ['a2', a], ['b1', b]);
  await first.ended();
  processes().start();
  await eventually(async () => expect(await processes().effects()).toEqual({ [b]: ['b1'] }), 30_000);
  await processes().run('delete from broken');
  await processes().endClaims();
  await processes().given.send(['a3', a]);
  await eventually(
    async () => expect(await processes().effects()).toEqual({ [a]: ['a1', 'a2', 'a3'], [b]: ['b1'] }),
    30_000,
  );
  await eventually(async () => expect(await processes().given.parked()).toEqual([]), 20_000);
});

test('killed after a parked event took effect but before its row is removed: it does not take effect again', async () => {
  const [a] = processes().given.keysOfOnePartition(1) as [string];
  const first = processes().start('consumer.parked.handled=kill');
  await processes().isReady();
  await processes().run(`insert into broken values ('a1')`);
  await processes().given.send(['a1', a], ['a2', a]);
  await eventually(async () => expect(await processes().given.parked()).toHaveLength(2), 20_000);
  await processes().run('delete from broken');
  await first.ended();
  expect(await processes().effects()).toEqual({ [a]: ['a1'] });
  processes().start();
  await processes().endClaims();
  await eventually(async () => expect(await processes().effects()).toEqual({ [a]: ['a1', 'a2'] }), 30_000);
  await eventually(async () => expect(await processes().given.parked()).toEqual([]), 20_000);
});

test('killed after a letter is published but before that is recorded: it is published again and counts once', async () => {
  const [a] = processes().given.keysOfOnePartition(1) as [string];
  const first = processes().start('consumer.letter.put=kill');
  await processes().isReady();
  await processes().given.send(['poison', a], ['a2', a]);
  await first.ended();
  expect(await processes().effects()).toEqual({});
  processes().start();
  await processes().endClaims();
  await eventually(async () => expect(await processes().effects()).toEqual({ [a]: ['a2'] }), 30_000);
  expect(await processes().given.letters()).toMatchObject([{ state: 'open', copies: 2, reason: 'UndecodableError' }]);
});

test('killed at the third of five events in one transaction: nothing is lost, each takes effect once', async () => {
  const [a, b, c] = processes().given.keysOfOnePartition(3) as [string, string, string];
  const first = processes().start();
  await processes().isReady();
  await processes().given.send(['a1', a], ['b1', b], ['pause-c1', c], ['a2', a], ['b2', b]);
  await eventually(() => expect(processes().started()).toBe('pause-c1'), 20_000);
  first.signal('SIGKILL');
  await first.ended();
  expect(await processes().effects()).toEqual({});
  processes().start();
  const all = { [a]: ['a1', 'a2'], [b]: ['b1', 'b2'], [c]: ['pause-c1'] };
  await eventually(async () => expect(await processes().effects()).toEqual(all), 30_000);
  expect(await processes().given.parked()).toEqual([]);
  expect(await processes().given.letters()).toEqual([]);
});
