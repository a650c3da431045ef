import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@halftone/testing';
import { memberProcesses } from './fixture/member-processes.fixture';

const processes = memberProcesses();

test('while members join, leave, are killed and paused and events fail: each event once, in order per key', async () => {
  const keys = Array.from({ length: 20 }, (_, n) => `key-${n}`);
  const rounds = 15;
  processes().start();
  processes().start();
  await processes().isReady();
  for (let round = 0; round < rounds; round += 1) {
    const failing = keys[round % keys.length];
    await processes().run(`insert into broken values ('${failing}/${round}')`);
    await processes().given.send(...keys.map((key): [string, string] => [`${key}/${round}`, key]));
    await changeMembers(round);
    await sleep(700);
    await processes().run(`delete from broken where value = '${keys[(round + 15) % keys.length]}/${round - 5}'`);
  }
  await processes().run('delete from broken');
  const expected = Object.fromEntries(
    keys.map((key) => [key, Array.from({ length: rounds }, (_, round) => `${key}/${round}`)]),
  );
  await eventually(async () => expect(await processes().effects()).toEqual(expected), 90_000);
  await eventually(async () => expect(await processes().given.parked()).toEqual([]), 40_000);
  expect(await processes().given.letters()).toEqual([]);
});

/** One member joins; in turn one leaves, is killed, or is paused for less or more than its session. */
async function changeMembers(round: number): Promise<void> {
  const [oldest] = processes().members.filter((member) => !member.hasEnded);
  if (round % 3 === 0) processes().start();
  if (round % 5 === 1) oldest?.signal('SIGTERM');
  if (round % 5 === 3) oldest?.signal('SIGKILL');
  if (round === 4) {
    oldest?.signal('SIGSTOP');
    setTimeout(() => oldest?.signal('SIGCONT'), 8_000);
  }
  await sleep(100);
}
