/** Runs the limit program of programs/orders: the same durable work in three thin processes, on the engines of the sandbox. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { capture } from '@halftone/tools/os/command.ts';
import { root } from '@halftone/tools/os/config.ts';
import type { Engines } from '@halftone/tools/os/run-state.ts';
import { noteChild } from '@halftone/tools/os/started.ts';
import { waitAtMost } from '@halftone/tools/os/waiting.ts';
import { newAgent, placeOrder } from './http-order.ts';
import type { Preparation } from './preparation.ts';
import type { ReceivedEvent, OpenListeners, OrderShop } from './shop.ts';

const names = ['orders', 'payments', 'notifications'] as const;
type Name = (typeof names)[number];

/** As supervised services have it. */
const flags = ['--max-semi-space-size=16'];
const fileOf = (name: string): string => join(root, 'proof/bench/programs/orders', `${name}.ts`);

/** The photo does not matter: the limit program has none. */
const body = JSON.stringify({
  lines: [{ imageId: '019a0000-0000-7000-8000-000000000001', product: 'print-10x15', quantity: 1 }],
  payment: 'wallet',
});

interface Program {
  pid: number;
  port: number;
  stop: () => Promise<unknown>;
}

async function begin(name: Name, settings: string, environment: Record<string, string>): Promise<Program> {
  const env = { ...process.env, NODE_ENV: 'production', ...environment };
  const child = spawn(process.execPath, [...flags, fileOf(name)], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  noteChild(child);
  child.stdin.end(settings);
  const ended = once(child, 'exit');
  const failed = ended.then(([code]) =>
    Promise.reject(new Error(`limit ${name} ended with ${code} before it was ready`)),
  );
  const [port] = (await Promise.race([once(createInterface(child.stdout), 'line'), failed])) as [string];
  failed.catch(() => undefined);
  return { pid: child.pid ?? 0, port: Number(port), stop: () => (child.kill('SIGTERM'), ended) };
}

const stopAll = (programs: readonly Program[]) => Promise.all(programs.map((program) => program.stop()));

/** Stops those that began when one did not. */
async function beginAll(start: (name: Name) => Promise<Program>): Promise<Record<Name, Program>> {
  const outcomes = await Promise.allSettled(names.map(start));
  const begun = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failure = outcomes.find((one) => one.status === 'rejected');
  if (failure) {
    await stopAll(begun);
    throw failure.reason;
  }
  return Object.fromEntries(names.map((name, at) => [name, begun[at]])) as Record<Name, Program>;
}

interface FeedDocument {
  type: string;
  data: { order?: { id: string }; payment?: { orderId: string } };
}

async function listen(port: number, customers: readonly string[]): Promise<OpenListeners> {
  const received: ReceivedEvent[] = [];
  const sockets = customers.map((customer) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/?channel=customers/${customer}`, { perMessageDeflate: false });
    socket.on('message', (bytes: Buffer) => {
      const { type, data } = JSON.parse(bytes.toString('utf8')) as FeedDocument;
      received.push({ order: data.order?.id ?? data.payment?.orderId ?? '', type, at: performance.now() });
    });
    return socket;
  });
  await Promise.all(sockets.map((socket) => once(socket, 'open')));
  return {
    received,
    close: () => Promise.all(sockets.map((socket) => (socket.close(), once(socket, 'close')))),
  };
}

/** Rows of the outbox are deleted a moment after they were published. */
async function check(settings: string): Promise<string[]> {
  // Stays when the program of the checks fails.
  let wrong: [string, number][] = [['checks that did not run', 1]];
  await waitAtMost(
    'the limit program to settle',
    async () => {
      const output = await capture(process.execPath, [fileOf('checks')], { input: settings });
      wrong = Object.entries(JSON.parse(output) as Record<string, number>).filter(([, count]) => count !== 0);
      return wrong.length === 0 || undefined;
    },
    { withinMs: 10_000, everyMs: 200 },
  );
  return wrong.map(([what, count]) => `${what}: ${count}`);
}

function databaseUrlOf({ postgres }: Engines): string {
  const url = new URL(postgres.url);
  url.pathname = '/limit';
  return url.href;
}

export interface LimitShop extends OrderShop {
  stop(): Promise<unknown>;
}

export async function startLimit(engines: Engines, preparation: Preparation): Promise<LimitShop> {
  const { customers, environmentOf, countsFolder, signal } = preparation;
  const databaseUrl = databaseUrlOf(engines);
  const brokers = engines.kafka.brokers.split(',');
  const settings = JSON.stringify({ databaseUrl, brokers, redisUrl: engines.redis.url, customers });
  await capture(process.execPath, [fileOf('set-up')], { input: settings, timeoutMs: 60_000, signal });
  const environment = (name: Name) => ({ KAFKA_BROKERS: engines.kafka.brokers, ...environmentOf(`limit-${name}`) });
  const programs = await beginAll((name) => begin(name, settings, environment(name)));
  const agent = newAgent();
  const url = `http://127.0.0.1:${programs.orders.port}/v1/orders`;
  return {
    name: 'limit',
    processes: () => Object.fromEntries(names.map((name) => [name, programs[name].pid])),
    countsFolder,
    databaseUrl,
    place: (customer, key) =>
      placeOrder(agent, { url, headers: { 'x-customer': customer, 'idempotency-key': key }, body }),
    listen: (some) => listen(programs.notifications.port, some),
    check: () => check(settings),
    stop: () => stopAll(Object.values(programs)),
  };
}
