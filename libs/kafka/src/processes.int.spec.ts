import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { engines, eventually, freshSchema, type FreshSchema, testKeys } from '@halftone/testing';
import { sql } from 'kysely';
import { TestGroup } from './fixture/group.fixture';
import { buildMember, type Member, startMember, textOfFile } from './fixture/member.fixture';

let schema: FreshSchema;
let given: TestGroup;
let folder: string;
let startedFile: string;
let members: Member[];

beforeAll(buildMember);
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'member-'));
  startedFile = join(folder, 'started');
  schema = await freshSchema('member');
  given = await new TestGroup(engines().brokers, schema.url, 4).open('member');
  members = [];
});
afterEach(async () => {
  await Promise.all(members.map((member) => member.end()));
  await given.close();
  await schema.drop();
  rmSync(folder, { recursive: true });
});

function start(failpoints = ''): Member {
  const { brokers, topic } = given;
  const { name, partitions } = topic;
  const member = startMember({
    databaseUrl: schema.url,
    brokers,
    topic: name,
    partitions,
    startedFile,
    keys: testKeys,
    failpoints,
  });
  members.push(member);
  return member;
}

/** The effects, per key in commit order. */
async function effects(): Promise<Record<string, string[]>> {
  const { rows } = await sql<{ key: string; values: string[] }>`
    select key, array_agg(value order by n) as values from effect group by key
  `.execute(given.database.rows);
  return Object.fromEntries(rows.map(({ key, values }) => [key, values]));
}
const run = (statement: string) => schema.alter(`set search_path = member; ${statement}`);
const isReady = () => eventually(async () => expect(await effects()).toEqual({}), 60_000);
/** As if a claim had expired whose holder is dead. */
const endClaims = () => run('update parked_event set next_try_at = now()');

test.each([
  ['an event is parked but its offset is not committed', 'consumer.parked.stored=kill'],
  ['an event of the same key is enqueued behind it', 'consumer.parked.behind=kill'],
  ['it is claimed but its handler was not called', 'consumer.parked.claimed=kill'],
])('killed when %s: each event takes effect once, in the order of its key', async (_, failpoint) => {
  const [a, b] = given.keysOfOnePartition(2) as [string, string];
  const first = start(failpoint);
  await isReady();
  await run(`insert into broken values ('a1')`);
  await given.send(['a1', a], ['a2', a], ['b1', b]);
  await first.ended();
  start();
  await eventually(async () => expect(await effects()).toEqual({ [b]: ['b1'] }), 30_000);
  await run('delete from broken');
  await endClaims();
  await given.send(['a3', a]);
  await eventually(async () => expect(await effects()).toEqual({ [a]: ['a1', 'a2', 'a3'], [b]: ['b1'] }), 30_000);
  await eventually(async () => expect(await given.parked()).toEqual([]), 20_000);
});

test('killed after a parked event took effect but before its row is removed: it does not take effect again', async () => {
  const [a] = given.keysOfOnePartition(1) as [string];
  const first = start('consumer.parked.handled=kill');
  await isReady();
  await run(`insert into broken values ('a1')`);
  await given.send(['a1', a], ['a2', a]);
  await eventually(async () => expect(await given.parked()).toHaveLength(2), 20_000);
  await run('delete from broken');
  await first.ended();
  expect(await effects()).toEqual({ [a]: ['a1'] });
  start();
  await endClaims();
  await eventually(async () => expect(await effects()).toEqual({ [a]: ['a1', 'a2'] }), 30_000);
  await eventually(async () => expect(await given.parked()).toEqual([]), 20_000);
});

test('killed after a letter is published but before that is recorded: it is published again and counts once', async () => {
  const [a] = given.keysOfOnePartition(1) as [string];
  const first = start('consumer.letter.put=kill');
  await isReady();
  await given.send(['poison', a], ['a2', a]);
  await first.ended();
  expect(await effects()).toEqual({});
  start();
  await endClaims();
  await eventually(async () => expect(await effects()).toEqual({ [a]: ['a2'] }), 30_000);
  expect(await given.letters()).toMatchObject([{ state: 'open', copies: 2, reason: 'UndecodableError' }]);
});

test('a member paused during an event for longer than its session wakes up as a zombie and changes nothing', async () => {
  const [a] = given.keysOfOnePartition(1) as [string];
  const zombie = start();
  await isReady();
  await given.send(['pause-1', a], ['a2', a], ['a3', a]);
  await eventually(() => expect(textOfFile(startedFile)).toBe('pause-1'), 20_000);
  zombie.signal('SIGSTOP');
  start();
  const whole = { [a]: ['pause-1', 'a2', 'a3'] };
  await eventually(async () => expect(await effects()).toEqual(whole), 60_000);
  zombie.signal('SIGCONT');
  await given.send(['a4', a]);
  await eventually(async () => expect((await effects())[a]).toContain('a4'), 30_000);
  // It joins again: both members are alive, and further events are handled once.
  await given.send(['a5', a]);
  const all = { [a]: ['pause-1', 'a2', 'a3', 'a4', 'a5'] };
  await eventually(async () => expect(await effects()).toEqual(all), 30_000);
  expect(zombie.hasEnded).toBe(false);
  // It may have parked an event that failed meanwhile; that took effect already, so its row is removed.
  await eventually(async () => expect(await given.parked()).toEqual([]), 20_000);
  expect(await effects()).toEqual(all);
  expect(await given.letters()).toEqual([]);
});

test('a worker paused with a claimed event loses it to another, and changes nothing when it wakes up', async () => {
  const [a] = given.keysOfOnePartition(1) as [string];
  const zombie = start();
  await isReady();
  await run(`insert into broken values ('pause-1')`);
  await given.send(['pause-1', a], ['a2', a]);
  await eventually(async () => expect(await given.parked()).toHaveLength(2), 20_000);
  await run('delete from broken');
  await eventually(() => expect(textOfFile(startedFile)).toBe('pause-1'), 20_000);
  zombie.signal('SIGSTOP');
  start();
  // The claim lasts 25 s; after that the zombie cannot commit anything.
  await eventually(async () => expect(await effects()).toEqual({ [a]: ['pause-1', 'a2'] }), 60_000);
  zombie.signal('SIGCONT');
  await given.send(['a3', a]);
  await eventually(async () => expect(await effects()).toEqual({ [a]: ['pause-1', 'a2', 'a3'] }), 30_000);
  await eventually(async () => expect(await given.parked()).toEqual([]), 20_000);
  expect(await given.letters()).toEqual([]);
  expect(zombie.hasEnded).toBe(false);
});

test('while members join, leave, are killed and paused and events fail: each event once, in order per key', async () => {
  const keys = Array.from({ length: 20 }, (_, n) => `key-${n}`);
  const rounds = 15;
  start();
  start();
  await isReady();
  for (let round = 0; round < rounds; round += 1) {
    const failing = keys[round % keys.length];
    await run(`insert into broken values ('${failing}/${round}')`);
    await given.send(...keys.map((key): [string, string] => [`${key}/${round}`, key]));
    await changeMembers(round);
    await sleep(700);
    await run(`delete from broken where value = '${keys[(round + 15) % keys.length]}/${round - 5}'`);
  }
  await run('delete from broken');
  const expected = Object.fromEntries(
    keys.map((key) => [key, Array.from({ length: rounds }, (_, round) => `${key}/${round}`)]),
  );
  await eventually(async () => expect(await effects()).toEqual(expected), 90_000);
  await eventually(async () => expect(await given.parked()).toEqual([]), 40_000);
  expect(await given.letters()).toEqual([]);
});

/** One member joins; in turn one leaves, is killed, or is paused for less or more than its session. */
async function changeMembers(round: number): Promise<void> {
  const [oldest] = members.filter((member) => !member.hasEnded);
  if (round % 3 === 0) start();
  if (round % 5 === 1) oldest?.signal('SIGTERM');
  if (round % 5 === 3) oldest?.signal('SIGKILL');
  if (round === 4) {
    oldest?.signal('SIGSTOP');
    setTimeout(() => oldest?.signal('SIGCONT'), 8_000);
  }
  await sleep(100);
}
