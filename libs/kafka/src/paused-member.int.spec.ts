import { eventually } from '@halftone/testing';
import { memberProcesses } from './fixture/member-processes.fixture';

const processes = memberProcesses();

test('a member paused during an event for longer than its session wakes up as a zombie and changes nothing', async () => {
  const [a] = processes().given.keysOfOnePartition(1) as [string];
  const zombie = processes().start();
  await processes().isReady();
  await processes().given.send(['pause-1', a], ['a2', a], ['a3', a]);
  await eventually(() => expect(processes().started()).toBe('pause-1'), 20_000);
  zombie.signal('SIGSTOP');
  processes().start();
  const whole = { [a]: ['pause-1', 'a2', 'a3'] };
  await eventually(async () => expect(await processes().effects()).toEqual(whole), 60_000);
  zombie.signal('SIGCONT');
  await processes().given.send(['a4', a]);
  await eventually(async () => expect((await processes().effects())[a]).toContain('a4'), 30_000);
  // It joins again: both members are alive, and further events are handled once.
  await processes().given.send(['a5', a]);
  const all = { [a]: ['pause-1', 'a2', 'a3', 'a4', 'a5'] };
  await eventually(async () => expect(await processes().effects()).toEqual(all), 30_000);
  expect(zombie.hasEnded).toBe(false);
  // It may have parked an event that failed meanwhile; that took effect already, so its row is removed.
  await eventually(async () => expect(await processes().given.parked()).toEqual([]), 20_000);
  expect(await processes().effects()).toEqual(all);
  expect(await processes().given.letters()).toEqual([]);
});

test('a worker paused with a claimed event loses it to another, and changes nothing when it wakes up', async () => {
  const [a] = processes().given.keysOfOnePartition(1) as [string];
  const zombie = processes().start();
  await processes().isReady();
  await processes().run(`insert into broken values ('pause-1')`);
  await processes().given.send(['pause-1', a], ['a2', a]);
  await eventually(async () => expect(await processes().given.parked()).toHaveLength(2), 20_000);
  await processes().run('delete from broken');
  await eventually(() => expect(processes().started()).toBe('pause-1'), 20_000);
  zombie.signal('SIGSTOP');
  processes().start();
  // The claim lasts 25 s; after that the zombie cannot commit anything.
  await eventually(async () => expect(await processes().effects()).toEqual({ [a]: ['pause-1', 'a2'] }), 60_000);
  zombie.signal('SIGCONT');
  await processes().given.send(['a3', a]);
  await eventually(async () => expect(await processes().effects()).toEqual({ [a]: ['pause-1', 'a2', 'a3'] }), 30_000);
  await eventually(async () => expect(await processes().given.parked()).toEqual([]), 20_000);
  expect(await processes().given.letters()).toEqual([]);
  expect(zombie.hasEnded).toBe(false);
});
