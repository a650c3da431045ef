/** Runs the whole of Halftone in a sandbox, with rich customers who may order as fast as they like. */
import { killEngine, reviveEngine } from '@halftone/tools/engines/outage.ts';
import { labelOf, topology, type ServiceName } from '@halftone/tools/shop/topology.ts';
import { Listener } from '../../harness/clients/listener.ts';
import { orderOf } from '../../harness/clients/api.ts';
import { Session } from '../../harness/clients/session.ts';
import { cheapestProduct, uploadAndWait } from '../../harness/clients/shop.ts';
import { openSandbox, type Sandbox } from '../../harness/sandbox/sandbox.ts';
import { signAccessToken } from '../../harness/sandbox/realtime/access-token.ts';
import { untilIdle } from '../../harness/sandbox/work-in-progress.ts';
import { noisePng } from '../../labs/png.ts';
import { verify } from '../../verify/verify.ts';
import { concurrently } from './concurrently.ts';
import { newAgent, placeOrder } from './http-order.ts';
import type { Preparation } from './preparation.ts';
import type { ReceivedEvent, OpenListeners, OrderShop } from './shop.ts';
import { countStatements } from './sql-counts.ts';
import type { FeedEvent } from '@halftone/client';

const unlimited = String(1_000_000);
const gatewayLimits = {
  CUSTOMER_REQUESTS_AT_ONCE: unlimited,
  CUSTOMER_REQUESTS_PER_SECOND: unlimited,
  CUSTOMER_WRITES_PER_SECOND: unlimited,
};
const photoSide = 64;
const uploadsAtOnce = 4;

const tokenMs = 10 * 60_000;

/** Signs its own tokens, each for a part of its lifetime: signing in costs a password hash. */
class SignedSession extends Session {
  #signed = { token: '', until: 0 };

  override token(): Promise<string> {
    if (this.#signed.until < Date.now()) {
      this.#signed = { token: signAccessToken(this.customer), until: Date.now() + tokenMs };
    }
    return Promise.resolve(this.#signed.token);
  }
}

/** Beside the environment of all, what a service needs for this bench. */
function settingsFor({ customers, environmentOf }: Preparation) {
  const own: Partial<Record<ServiceName, Record<string, string>>> = {
    gateway: gatewayLimits,
    payments: { SEED_LOAD_CUSTOMERS: String(customers.length) },
  };
  return Object.fromEntries(topology.map(({ name }) => [name, { ...environmentOf(name), ...own[name] }]));
}

export function openHalftone(preparation: Preparation): Promise<Sandbox> {
  const { note, signal } = preparation;
  const restartDatabase = async () => {
    await killEngine('postgres');
    await reviveEngine('postgres', { note, signal });
  };
  return openSandbox({
    name: 'bench-orders',
    settings: settingsFor(preparation),
    prepared: ({ postgres }) => countStatements(postgres.url, restartDatabase),
    note,
    signal,
  });
}

const orderIn = ({ subject, data }: FeedEvent): string | undefined =>
  (data['payment'] as { orderId?: string } | undefined)?.orderId ?? /^orders\/(.+)$/.exec(subject)?.[1];

async function listen(sandbox: Sandbox, sessions: readonly Session[]): Promise<OpenListeners> {
  const { realtime } = sandbox.urls;
  const listeners = await Promise.all(
    sessions.map((session, turn) => {
      const urls = realtime.map((_, at) => realtime[(at + turn) % realtime.length] ?? '');
      return Listener.start({ session, urls, transport: 'websocket' });
    }),
  );
  return {
    get received() {
      return listeners.flatMap(({ received }) =>
        received.flatMap((event): ReceivedEvent[] => {
          const order = orderIn(event);
          return order === undefined ? [] : [{ order, type: event.type, at: event.at }];
        }),
      );
    },
    close: () => Promise.all(listeners.map((listener) => listener.close())),
  };
}

async function check(sandbox: Sandbox): Promise<string[]> {
  const { results } = await verify(sandbox.sources);
  const broken = results.filter(({ ok }) => !ok);
  const { left } = await untilIdle(sandbox.sources.databaseUrl, 30_000);
  return [
    ...broken.map(({ invariant, counterExample }) => `verify: ${invariant} ${JSON.stringify(counterExample)}`),
    ...Object.entries(left).map(([what, count]) => `${count} ${what}`),
  ];
}

interface Customer {
  session: Session;
  /** The order that it places again and again. */
  body: string;
}

/** Each uploads a photo, which its orders print. */
async function signUp({ urls }: Sandbox, names: readonly string[]): Promise<Map<string, Customer>> {
  const customers = new Map<string, Customer>();
  const photo = { name: 'noise.png', bytes: Buffer.from(noisePng(photoSide)), contentType: 'image/png' };
  await concurrently(names, uploadsAtOnce, async (name) => {
    const session = new SignedSession(urls.gateway, name, '');
    const { id: product } = await cheapestProduct(session);
    const body = JSON.stringify(orderOf(await uploadAndWait(session, photo), product));
    customers.set(name, { session, body });
  });
  return customers;
}

export async function halftoneShop(sandbox: Sandbox, preparation: Preparation): Promise<OrderShop> {
  const customers = await signUp(sandbox, preparation.customers);
  const customer = (name: string): Customer => {
    const found = customers.get(name);
    if (!found) throw new Error(`there is no customer ${name}`);
    return found;
  };
  await untilIdle(sandbox.sources.databaseUrl, 30_000);
  const agent = newAgent();
  const url = `${sandbox.urls.gateway}/v1/orders`;
  return {
    name: 'ours',
    processes: () => Object.fromEntries(sandbox.processes().map((one) => [labelOf(one), one.pid])),
    countsFolder: preparation.countsFolder,
    databaseUrl: sandbox.sources.databaseUrl,
    place: async (name, key) => {
      const { session, body } = customer(name);
      const headers = { ...(await session.authorization()), 'idempotency-key': key };
      return placeOrder(agent, { url, headers, body });
    },
    listen: (names) =>
      listen(
        sandbox,
        names.map((name) => customer(name).session),
      ),
    check: () => check(sandbox),
  };
}
