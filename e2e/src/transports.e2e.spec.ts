import { eventsUrl, poll, type FeedEvent } from '@halftone/client';
import { currentCursor, Listener } from '@halftone/proof/harness/clients/listener.ts';
import { jsonOf } from '@halftone/proof/harness/clients/http.ts';
import { processBehind } from '@halftone/tools/shop/processes.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import type { Session } from '@halftone/proof/harness/clients/session.ts';
import { notificationsAfter, placeOrder } from '@halftone/proof/harness/clients/shop.ts';
import { isInOrder } from '@halftone/proof/harness/clients/tally.ts';
import { WebSocket } from 'ws';
import { kill, listen, shopping, signedIn, system, waitUntilBack } from './system';

let alice: Session;
let imageId: string;
let product: string;

beforeAll(async () => {
  alice = await signedIn('alice');
  ({ imageId, product } = await shopping(alice));
});

const isShipped = (id: string) => (event: FeedEvent) =>
  event.subject === `orders/${id}` && event.type === 'order.shipped';
/** Without the time at which it was received. */
const asSent = ({ id, seq, channel, type, subject, time, data }: FeedEvent): FeedEvent => ({
  id,
  seq,
  channel,
  type,
  subject,
  time,
  data,
});
const seqs = ({ received }: Listener) => received.map(({ seq }) => seq);

async function shortPolls(from: string, until: number): Promise<FeedEvent[]> {
  const [url = ''] = system().urls.realtime;
  const events: FeedEvent[] = [];
  for (let cursor = from; (events.at(-1)?.seq ?? 0) < until;) {
    const signal = AbortSignal.timeout(10_000);
    const page = await poll(fetch, { url, token: await alice.token(), subscribe: { cursor }, signal });
    if (!page) throw new Error('a short poll always has an answer');
    events.push(...page.events);
    cursor = page.cursor;
  }
  return events;
}

test('WebSocket, server-sent events, long poll and short poll show the same sequence', async () => {
  const cursor = await currentCursor(alice, system().urls.realtime);
  const listeners = await Promise.all(
    (['websocket', 'sse', 'long-poll'] as const).map((transport) => listen(alice, transport, cursor)),
  );
  const { id } = await placeOrder(alice, imageId, product);
  await Promise.all(listeners.map((listener) => listener.waitFor('the end', isShipped(id))));
  const [socket, stream, long] = listeners.map(({ received }) => received.map(asSent));
  expect(stream).toEqual(socket);
  expect(long).toEqual(socket);
  expect(await shortPolls(cursor, socket?.at(-1)?.seq ?? 0)).toEqual(socket);
  await Promise.all(listeners.map((listener) => listener.close()));
});

test('every replica can go on from a cursor of any other', async () => {
  const cursor = await currentCursor(alice, system().urls.realtime);
  const { id } = await placeOrder(alice, imageId, product);
  const onEach = await Promise.all(
    system().urls.realtime.map((url) => Listener.start({ session: alice, urls: [url], transport: 'sse', cursor })),
  );
  await Promise.all(onEach.map((listener) => listener.waitFor('the end', isShipped(id))));
  const [first, ...others] = onEach.map(({ received }) => received.map((event) => event.id));
  expect(others).not.toEqual([]);
  for (const other of others) expect(other).toEqual(first);
  await Promise.all(onEach.map((listener) => listener.close()));
});

test('a listener from the beginning gets the list of notifications, number by number', async () => {
  const listener = await listen(alice, 'websocket', 'earliest');
  const notifications = await notificationsAfter(alice, 0);
  await listener.waitFor('the newest', ({ seq }) => seq >= (notifications.at(-1)?.seq ?? 0));
  const received = listener.received.slice(0, notifications.length);
  const brief = ({ seq, type, subject }: FeedEvent) => ({ seq, type, subject });
  expect(received.map(brief)).toEqual(notifications.map(brief));
  await listener.close();
});

test('a ticket opens one WebSocket and no second one', async () => {
  const { ticket } = jsonOf<{ ticket: string }>(await alice.call('/v1/realtime/tickets', { method: 'POST' }));
  const url = eventsUrl(system().urls.realtime[0] ?? '', { ticket }).replace(/^http/, 'ws');
  const answers = await subscribed(url);
  expect(answers).toMatchObject({ type: 'subscribed' });
  await expect(subscribed(url)).rejects.toThrow('401');
});

function subscribed(url: string): Promise<unknown> {
  const socket = new WebSocket(url, 'halftone.v1.json');
  return new Promise((resolve, reject) => {
    socket.once('open', () => socket.send(JSON.stringify({ type: 'subscribe' })));
    socket.once('error', reject);
    socket.once('message', (data) => {
      resolve(JSON.parse((data as Buffer).toString()));
      socket.close();
    });
  });
}

test("a stranger's stream stays silent about alice", async () => {
  const olga = await listen(await signedIn('olga'), 'websocket');
  const mine = await listen(alice, 'websocket');
  const { id } = await placeOrder(alice, imageId, product);
  await mine.waitFor('the end', isShipped(id));
  expect(olga.received).toEqual([]);
  await Promise.all([olga.close(), mine.close()]);
});

test.each(['websocket', 'sse', 'long-poll'] as const)(
  '%s goes on at another replica when its process is killed: nothing lost, nothing twice',
  async (transport) => {
    const listener = await listen(alice, transport);
    const base = (await notificationsAfter(alice, 0)).at(-1)?.seq ?? 0;
    const ids: string[] = [];
    for (let n = 0; n < 4; n += 1) {
      ids.push((await placeOrder(alice, imageId, product)).id);
      if (n === 1) await killUnder(listener);
    }
    await Promise.all(ids.map((id) => listener.waitFor(`${id} to be shipped`, isShipped(id))));
    const until = listener.lastSeq;
    expect(listener.tally({ after: base, until })).toMatchObject({ lost: 0, duplicated: 0 });
    expect({ cuts: listener.cuts.length, resets: listener.resets, ordered: isInOrder(seqs(listener)) }).toEqual({
      cuts: 1,
      resets: 0,
      ordered: true,
    });
    await listener.close();
  },
);

async function killUnder(listener: Listener): Promise<void> {
  const { url } = listener;
  const target = url && processBehind(url);
  if (!target) throw new Error('the listener is on no process that is listed');
  process.kill(target.pid, 'SIGKILL');
  await waitUntilBack(target);
}

test('a process that came back resumes a client from Kafka, not from the memory it has lost', async () => {
  const cursor = await currentCursor(alice, system().urls.realtime);
  const { id } = await placeOrder(alice, imageId, product);
  const target = kill('realtime');
  await waitUntilBack(target);
  const listener = await Listener.start({ session: alice, urls: [target.http], transport: 'websocket', cursor });
  await listener.waitFor('the end', isShipped(id));
  const until = listener.lastSeq;
  await eventually('all of it', () => listener.tally({ until }).lost === 0 || undefined);
  expect(listener.tally({ until })).toMatchObject({ lost: 0, duplicated: 0 });
  expect(listener.resets).toBe(0);
  await listener.close();
});
