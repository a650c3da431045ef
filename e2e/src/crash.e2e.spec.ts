import { randomUUID } from 'node:crypto';
import { orderOf, type Order } from '@halftone/proof/harness/clients/api.ts';
import { jsonOf, sendPatiently } from '@halftone/proof/harness/clients/http.ts';
import type { Listener } from '@halftone/proof/harness/clients/listener.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import { expecting, type Session } from '@halftone/proof/harness/clients/session.ts';
import {
  balanceOf,
  photo,
  uploadAndWait,
  waitUntilFinal,
  waitUntilQuiet,
} from '@halftone/proof/harness/clients/shop.ts';
import { brokenInvariants, kill, listen, query, shopping, signedIn, system, waitUntilBack } from './system';

let alice: Session;
let bob: Session;
let imageId: string;
let product: string;

beforeAll(async () => {
  [alice, bob] = await Promise.all([signedIn('alice'), signedIn('bob')]);
  ({ imageId, product } = await shopping(bob));
});

/** Some of everything at the same moment, each request with its own key, sent until it is answered. */
async function work(listener: Listener, graph: { answers: number }): Promise<void> {
  const order = async () => {
    const reply = await bob.post('/v1/orders', orderOf(imageId, product), { key: randomUUID() });
    const { id } = jsonOf<Order>(expecting('order', reply, 201));
    await Promise.all([
      waitUntilFinal(bob, id),
      listener.waitFor('the shipping', ({ type, subject }) => type === 'order.shipped' && subject === `orders/${id}`),
      eventually('the graph to show it shipped', () => isShippedInGraph(id, graph)),
    ]);
  };
  const give = async () =>
    expecting('transfer', await bob.post('/v1/transfers', { to: 'alice', amount: 10, currency: 'USD' }), 201);
  const upload = async () => uploadAndWait(bob, await photo('rocket.jpg'));
  await Promise.all([order(), order(), order(), give(), give(), upload()]);
}

interface GraphAnswer {
  data?: { me: { orders: { id: string; status: string }[] | null } | null } | null;
}

/** Undefined until it is; a subgraph that is down is no answer. */
async function isShippedInGraph(id: string, graph: { answers: number }): Promise<true | undefined> {
  const headers = { ...(await bob.authorization()), 'content-type': 'application/json' };
  const body = JSON.stringify({ query: '{ me { orders(limit: 10) { id status } } }' });
  const reply = await sendPatiently(system().urls.graphql, { method: 'POST', headers, body });
  graph.answers += 1;
  const orders = jsonOf<GraphAnswer>(reply).data?.me?.orders ?? [];
  return orders.some((order) => order.id === id && /^shipped$/i.test(order.status)) || undefined;
}

const rowsOf = async (table: string): Promise<number> =>
  (await query<{ n: number }>(`SELECT count(*) AS n FROM ${table}`))[0]?.n ?? 0;

/** The tables that grow once the service has done some of the work, long before all of it is done. */
const tables: Record<string, string> = {
  orders: 'orders."order"',
  payments: 'payments.payment',
  images: 'images.image',
  notifications: 'notifications.notification',
  gateway: 'orders."order"',
};

test.each(['orders', 'payments', 'images', 'notifications', 'gateway', 'realtime', 'graph'])(
  '%s killed during work: it comes back and the work gets done, once',
  async (name) => {
    await Promise.all([waitUntilQuiet(alice), waitUntilQuiet(bob)]);
    const before = await balanceOf(alice);
    const listener = await listen(bob, 'websocket');
    const graph = { answers: 0 };
    const done = async () => {
      const table = tables[name];
      if (table) return rowsOf(table);
      return name === 'graph' ? graph.answers : listener.received.length;
    };
    const doneBefore = await done();
    let ended = false;
    const working = work(listener, graph).finally(() => (ended = true));
    await Promise.race([
      working,
      eventually(`${name} to be at work`, async () => (await done()) > doneBefore || undefined, { everyMs: 5 }),
    ]);
    const killed = kill(name);
    expect(ended).toBe(false);
    await Promise.all([working, waitUntilBack(killed)]);
    await listener.close();
    // The listener was of the replica that was killed.
    expect(listener.cuts.length).toBeGreaterThanOrEqual(name === 'realtime' ? 1 : 0);
    expect((await balanceOf(alice)) - before).toBe(20);
    expect(await brokenInvariants()).toEqual([]);
  },
);
