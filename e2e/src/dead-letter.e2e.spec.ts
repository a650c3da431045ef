import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { topics } from '@halftone/contracts';
import { jsonOf, send } from '@halftone/proof/harness/clients/http.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import { expecting, type Session } from '@halftone/proof/harness/clients/session.ts';
import {
  notificationsAfter,
  placeOrder,
  waitUntilFinal,
  waitUntilQuiet,
} from '@halftone/proof/harness/clients/shop.ts';
import type { LetterLine } from '@halftone/tools/dlq/letter-view.ts';
import { deskAt } from '@halftone/tools/dlq/desk.ts';
import { root } from '@halftone/tools/os/config.ts';
import { runningSources } from '@halftone/proof/verify/sources.ts';
import { brokenInvariants, query, shopping, signedIn, system } from './system';

const run = promisify(execFile);

let alice: Session;
let bob: Session;
let olga: Session;
let kafka: Awaited<ReturnType<typeof deskAt>>;

beforeAll(async () => {
  [alice, bob, olga] = await Promise.all([signedIn('alice'), signedIn('bob'), signedIn('olga')]);
  kafka = await deskAt(runningSources().brokers.join());
  await dlq('drop', '--all');
});
afterAll(async () => {
  await dlq('drop', '--all');
  await kafka.close();
});

/** What `halftone dlq` prints, line by line. */
async function dlq(...args: string[]): Promise<LetterLine[]> {
  const { stdout } = await run(join(root, 'halftone'), ['dlq', ...args, '--json']);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as LetterLine);
}

const refusal = (...args: string[]) =>
  run(join(root, 'halftone'), ['dlq', ...args]).then(
    () => undefined,
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, stderr }),
  );

interface GraphAnswer {
  data?: Record<string, unknown>;
  errors?: { extensions: { code: string } }[];
}

async function graph(session: Session, query: string, variables: object = {}): Promise<GraphAnswer> {
  const headers = { ...(await session.authorization()), 'content-type': 'application/json' };
  const body = JSON.stringify({ query, variables });
  return jsonOf<GraphAnswer>(await send(system().urls.graphql, { method: 'POST', headers, body }));
}

const headers = (more: object = {}) => ({
  ce_specversion: '1.0',
  ce_id: randomUUID(),
  ce_source: 'test',
  ce_type: 'order.placed',
  ce_subject: `orders/${randomUUID()}`,
  ce_time: new Date().toISOString(),
  ce_sequence: '1',
  ...more,
});
const garbage = Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff]);
const without = (name: string) => Object.fromEntries(Object.entries(headers()).filter(([key]) => key !== name));

/** No events of ours: a reader of the topic cannot know what they mean. */
const strangers = [
  { value: garbage, headers: {} },
  { value: Buffer.alloc(0), headers: {} },
  { value: garbage, headers: without('ce_type') },
  { value: garbage, headers: headers({ ce_id: "1'; drop table inbox; --" }) },
  { value: garbage, headers: headers({ ce_id: 'a\0b' }) },
  { value: garbage, headers: headers({ ce_time: '-000001-01-01T00:00:00Z' }) },
  { value: garbage, headers: headers({ ce_sequence: '-1' }) },
];
/** They call themselves orders that were placed, which two of the three groups would handle. */
const undecodable = [
  { value: null, headers: headers() },
  { value: Buffer.alloc(0), headers: headers() },
  { value: garbage, headers: headers() },
  { value: Buffer.concat([garbage, randomBytes(1024 * 1024 - 600)]), headers: headers() },
];
const readers = ['halftone.notifications', 'halftone.orders', 'halftone.payments'];
const poisons = [...strangers, ...undecodable];
const total = readers.length * strangers.length + 2 * undecodable.length;

test('poison of every kind among the events of a customer: each goes to the dead letters of those who read it, and the order is shipped', async () => {
  const { imageId, product } = await shopping(bob);
  for (const message of poisons) await kafka.producer.publishRaw(topics.orders.name, { key: 'bob', ...message });
  const { id } = await placeOrder(bob, imageId, product);
  expect(await waitUntilFinal(bob, id)).toMatchObject({ status: 'shipped' });
  await waitUntilQuiet(bob);
  const letters = await eventually('all letters', async () => {
    const found = await dlq('list');
    return found.length === total ? found : undefined;
  });
  expect(new Set(letters.map(({ reason }) => reason))).toEqual(new Set(['UndecodableError']));
  expect(new Set(letters.map(({ group }) => group))).toEqual(new Set(readers));
  expect(await brokenInvariants()).toEqual([]);
});

test('a person at the desk: shows, replays in vain, drops; what is closed stays closed', async () => {
  const [letter] = await dlq('list', '--group', 'halftone.payments');
  const [shown] = await dlq('show', letter!.id);
  expect(shown).toMatchObject({ id: letter!.id, reason: 'UndecodableError', key: 'bob', bytes: '//////8=' });
  await dlq('replay', letter!.id);
  // Nothing was repaired: it comes back as another letter, to this group only.
  await eventually('the new letter', async () => {
    const open = await dlq('list');
    return (open.length === total && !open.some(({ id }) => id === letter!.id)) || undefined;
  });
  expect(await refusal('replay', letter!.id)).toMatchObject({ code: 1, stderr: expect.stringContaining('replayed') });
  expect(await refusal('drop', 'halftone.payments/999999')).toMatchObject({ code: 1 });
  expect(await refusal('resend', letter!.id)).toMatchObject({ code: 64 });
  await dlq('drop', '--all', '--group', 'halftone.payments');
  expect(await dlq('list', '--group', 'halftone.payments')).toEqual([]);
});

test('the graph gives the operator the same, and nobody else', async () => {
  const list =
    'query ($state: DeadLetterState) { deadLetters(state: $state, limit: 100) { id group state reason key } }';
  const drop = 'mutation ($id: ID!) { dropDeadLetter(id: $id) { id state resolvedBy } }';
  const replay = 'mutation ($id: ID!) { replayDeadLetter(id: $id) { id } }';
  const [first] = await dlq('list');
  const variables = { id: first!.id };
  for (const question of [list, drop, replay])
    expect(await graph(bob, question, variables)).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  const { data } = await graph(olga, list, { state: 'OPEN' });
  expect(data?.['deadLetters']).toContainEqual(
    expect.objectContaining({ id: first!.id, state: 'OPEN', reason: 'UndecodableError', key: 'bob' }),
  );
  expect(await graph(olga, drop, variables)).toEqual({
    data: { dropDeadLetter: { id: first!.id, state: 'DROPPED', resolvedBy: 'olga' } },
  });
  expect(await graph(olga, replay, variables)).toMatchObject({
    errors: [{ extensions: { code: 'DEAD_LETTER_CLOSED' } }],
  });
  expect(await graph(olga, replay, { id: 'halftone.orders/999999' })).toMatchObject({
    errors: [{ extensions: { code: 'DEAD_LETTER_NOT_FOUND' } }],
  });
});

test('an event that a bug cannot handle: others flow, it becomes a letter, the bug is repaired, a replay takes effect once', async () => {
  await dlq('drop', '--all');
  const [{ seq } = { seq: 0 }] = (await alice.get<{ items: { seq: number }[] }>('/v1/notifications?limit=1')).items;
  // Orders of other tests may still run into their time limits.
  const transferNotifications = async () => {
    const types = (await notificationsAfter(alice, seq)).map(({ type }) => type);
    return types.filter((type) => type.startsWith('transfer.'));
  };
  const transfer = async (from: Session, to: string) =>
    expecting('transfer', await from.post('/v1/transfers', { to, amount: 1, currency: 'USD' }), 201);
  // The bug: alice cannot be notified of transfers.
  const bug = `check (channel <> 'customer:alice' or type <> 'transfer.completed') not valid`;
  await query(`alter table notifications.notification add constraint bug ${bug}`);
  try {
    await transfer(alice, 'bob');
    await eventually('the event to be parked', async () => {
      const [row] = await query<{ n: string }>(
        `select count(*) as n from notifications.parked_event where state = 'waiting'`,
      );
      return Number(row?.n) > 0 || undefined;
    });
    const { imageId, product } = await shopping(bob);
    const { id } = await placeOrder(bob, imageId, product);
    expect(await waitUntilFinal(bob, id)).toMatchObject({ status: 'shipped' });
    expect(await transferNotifications()).toEqual([]);
    // Its next try is the last one.
    await query(`update notifications.parked_event set attempts = 11, next_try_at = now() where state = 'waiting'`);
    await eventually('the letter', async () => (await dlq('list')).length === 1 || undefined);
  } finally {
    await query('alter table notifications.notification drop constraint bug');
  }
  const [letter] = await dlq('list');
  expect(letter).toMatchObject({
    group: 'halftone.notifications',
    type: 'transfer.completed',
    key: 'alice',
    attempts: 12,
  });
  expect(letter!.message).toContain('bug');
  expect(await transferNotifications()).toEqual([]);
  await dlq('replay', letter!.id);
  await eventually('the notification of alice', async () =>
    (await transferNotifications()).length > 0 ? true : undefined,
  );
  expect(await refusal('replay', letter!.id)).toMatchObject({ code: 1 });
  expect(await brokenInvariants()).toEqual([]);
  expect(await transferNotifications()).toEqual(['transfer.completed']);
  expect(await dlq('list')).toEqual([]);
});
