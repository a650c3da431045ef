/** Measures one run: places so many orders, so many at a time, and waits until all notifications have arrived. */
import { percentileOf } from '../sample.ts';
import type { Measured } from '../workers.ts';
import { waitAtMost } from '@halftone/tools/os/waiting.ts';
import { sum } from '@halftone/tools/os/process-cost.ts';
import { concurrently } from './concurrently.ts';
import { customersOf, type Case } from './cases.ts';
import { readKafkaRequests, type KafkaRequests } from './kafka-requests.ts';
import type { ReceivedEvent, OpenListeners, OrderShop, Placed } from './shop.ts';
import { readSqlCounts, type SqlCounts } from './sql-counts.ts';
import { cpuMs, difference, driverCpuMs, enginePids, mapValues, type PerProcess } from './usage.ts';
import { isComplete, isShipped, problemsOf } from './verdict.ts';

export interface Run {
  of: Case;
  orders: number;
  /** CPU ms per second that the engines use for the other shop, which is at rest. */
  elsewhere: PerProcess;
  signal: AbortSignal;
}

const arriveWithinMs = 60_000;

interface Outcome {
  placed: readonly Placed[];
  received: readonly ReceivedEvent[];
}

/** Resolves when the order is shipped and its notifications have arrived, or are late. */
function untilEnd({ id }: Placed, listeners: OpenListeners): Promise<void> {
  const eventsOfIt = () => listeners.received.filter(({ order }) => order === id);
  const ended = () => isComplete(1, eventsOfIt()) || undefined;
  return waitAtMost(`the end of order ${id}`, ended, { withinMs: arriveWithinMs, everyMs: 5 });
}

async function placeAll(shop: OrderShop, listeners: OpenListeners, { of, orders, signal }: Run): Promise<Placed[]> {
  const customers = customersOf(of.customers);
  const placed: Placed[] = [];
  const prefix = `${process.pid}-${Date.now()}`;
  await concurrently([...Array(orders).keys()], of.inFlight, async (index) => {
    signal.throwIfAborted();
    const order = await shop.place(customers[index % customers.length] ?? '', `${prefix}-${index}`);
    placed.push(order);
    if (of.lone) await untilEnd(order, listeners);
  });
  return placed;
}

interface Counts {
  sql: SqlCounts;
  kafka: KafkaRequests;
}

async function readCounts({ databaseUrl, countsFolder, processes }: OrderShop): Promise<Counts> {
  const sql = await readSqlCounts(databaseUrl);
  return { sql, kafka: await readKafkaRequests(countsFolder, Object.values(processes())) };
}

/** Places and waits between two readings of the CPU time. */
async function drive(shop: OrderShop, run: Run) {
  const listeners = await shop.listen(customersOf(run.of.customers));
  try {
    const pids = { ...shop.processes(), ...enginePids() };
    const [before, driverBefore] = [cpuMs(pids), driverCpuMs()];
    const placed = await placeAll(shop, listeners, run);
    const complete = () => isComplete(run.orders, listeners.received) || undefined;
    await waitAtMost('all notifications', complete, { withinMs: arriveWithinMs, everyMs: 10 });
    const cpu = { ...difference(cpuMs(pids), before), driver: driverCpuMs() - driverBefore };
    return { placed, received: [...listeners.received], cpu };
  } finally {
    await listeners.close();
  }
}

/** Throws with what is wrong: a run that did not ship every order measures nothing. */
export async function measureRun(shop: OrderShop, run: Run): Promise<Measured> {
  const before = await readCounts(shop);
  const { placed, received, cpu } = await drive(shop, run);
  const after = await readCounts(shop);
  const problems = problemsOf(placed, received, await shop.check());
  if (problems.length > 0) throw new Error(`${shop.name}, ${run.of.name}: ${problems.join('; ')}`);
  const seconds = secondsOf({ placed, received });
  const own = mapValues(cpu, (ms, name) => ms - (run.elsewhere[name] ?? 0) * seconds);
  return {
    ...cpuNumbers(own, run.orders),
    ...timesOf({ placed, received }),
    ...countNumbers(before, after, run.orders),
    perSecond: run.orders / seconds,
  };
}

const secondsOf = ({ placed, received }: Outcome): number =>
  (Math.max(...received.map(({ at }) => at)) - Math.min(...placed.map(({ sentAt }) => sentAt))) / 1000;

/** Per order, in all and by process. The driver is not part of what an order costs. */
function cpuNumbers(cpu: PerProcess, orders: number): Measured {
  const perOrder = mapValues(cpu, (ms) => ms / orders);
  const { driver = 0, ...shop } = perOrder;
  const named = Object.entries({ ...shop, driver }).map(([name, ms]) => [`cpu ${name}`, ms]);
  return { cpu: sum(Object.values(shop)), ...(Object.fromEntries(named) as Measured) };
}

function timesOf({ placed, received }: Outcome): Measured {
  const byOrder = Map.groupBy(received, ({ order }) => order);
  const until = ({ id, sentAt }: Placed, isMeant: (event: ReceivedEvent) => boolean) =>
    Math.min(...(byOrder.get(id) ?? []).filter(isMeant).map(({ at }) => at)) - sentAt;
  const placing = placed.map(({ sentAt, answeredAt }) => answeredAt - sentAt);
  const toFirstEvent = placed.map((order) => until(order, () => true));
  const toShipped = placed.map((order) => until(order, isShipped));
  return {
    placingP50: percentileOf(placing, 0.5),
    placingP99: percentileOf(placing, 0.99),
    firstEventP50: percentileOf(toFirstEvent, 0.5),
    shippedP50: percentileOf(toShipped, 0.5),
    tries: sum(placed.map(({ tries }) => tries)) / placed.length,
  };
}

function countNumbers(before: Counts, after: Counts, orders: number): Measured {
  const { statements = Number.NaN } = after.sql;
  const kafka = (name: keyof KafkaRequests) => (after.kafka[name] - before.kafka[name]) / orders;
  return {
    statements: (statements - (before.sql.statements ?? 0)) / orders,
    commits: (after.sql.commits - before.sql.commits) / orders,
    kafkaRequests: kafka('all'),
    kafkaProduce: kafka('produce'),
    kafkaFetch: kafka('fetch'),
    kafkaCommit: kafka('commit'),
  };
}
