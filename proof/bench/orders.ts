/**
 * What an order costs: from the request until it is shipped and its notifications are on a WebSocket. Beside Halftone runs a program that
 * does the same durable work with as little code as possible (programs/orders), on the same engines. CPU time is that of all processes of
 * the shop and of the engines; while one shop is measured the other one waits, and what the engines do for it then is deducted.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { libs } from '@halftone/tools/build/workspace.ts';
import { transpile } from '@halftone/tools/build/transpile.ts';
import { programHome, root } from '@halftone/tools/os/config.ts';
import { onInterruption } from '@halftone/tools/os/interruption.ts';
import { sum } from '@halftone/tools/os/process-cost.ts';
import { killSandbox, type Sandbox } from '../harness/sandbox/sandbox.ts';
import type { Benchmark, BenchOptions } from './benchmark.ts';
import { casesNamed, customersOf, ordersOf, usual, type Case } from './orders/cases.ts';
import { halftoneShop, openHalftone, type Preparation } from './orders/halftone-shop.ts';
import { counterModule } from './orders/kafka-requests.ts';
import { startLimit } from './orders/limit-shop.ts';
import { linesAtRest, linesOfCase, tableOf, type Results } from './orders/lines.ts';
import { measureRun, restMs } from './orders/run.ts';
import type { OrderShop } from './orders/shop.ts';
import { enginePids, memoryMiB, type PerProcess } from './orders/usage.ts';
import type { Measured } from './workers.ts';

const ordersPerRun = 200;
/** Until the compilers of both have seen the path. The limit program needs more, and is quick. */
const warmUp = { ours: 200, limit: 3_000 };
const restSeconds = 5;

const profilesFolder = join(programHome, 'profiles');

/** Loads the counter of Kafka requests into each process, and the profiler. */
function preparationOf({ profile, say }: BenchOptions, cases: readonly Case[], signal: AbortSignal): Preparation {
  const countsFolder = join(programHome, 'bench-orders-counts');
  const folder = join(profilesFolder, new Date().toISOString().replaceAll(/[:.]/g, '-'));
  if (profile) mkdirSync(folder, { recursive: true });
  const environmentOf = (name: string) => {
    const profiler = profile ? ` --cpu-prof --cpu-prof-dir=${join(folder, name)}` : '';
    return { NODE_OPTIONS: `--import ${counterModule}${profiler}`, KAFKA_COUNTS_FOLDER: countsFolder };
  };
  if (profile) say(`profiles, written when the processes stop: ${folder}`);
  const customers = customersOf(Math.max(usual.customers, ...cases.map((one) => one.customers)));
  return { customers, environmentOf, countsFolder, note: say, signal };
}

interface Shops {
  all: readonly OrderShop[];
  /** CPU ms per second of the engines while Halftone alone runs, at rest. */
  enginesAtRest: PerProcess;
  signal: AbortSignal;
}

const elsewhereOf = ({ name }: OrderShop, { enginesAtRest }: Shops): PerProcess =>
  name === 'limit' ? enginesAtRest : {};

async function warm(shops: Shops): Promise<void> {
  for (const shop of shops.all) {
    await measureRun(shop, { of: usual, orders: warmUp[shop.name], elsewhere: {}, signal: shops.signal });
  }
}

/** Each in turn and each first as often as last, so that other load on the machine affects both alike. */
async function measureCases(
  shops: Shops,
  cases: readonly Case[],
  { rounds, orders = ordersPerRun, say }: BenchOptions,
) {
  const results = new Map<Case, Results>(cases.map((of) => [of, new Map(shops.all.map(({ name }) => [name, []]))]));
  const atRest: Results = new Map(shops.all.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [of, byShop] of results) {
      for (const shop of round % 2 === 0 ? shops.all : shops.all.toReversed()) {
        const run = { of, orders: ordersOf(of, shop.name, orders), elsewhere: elsewhereOf(shop, shops) };
        const measured = await measureRun(shop, { ...run, signal: shops.signal });
        byShop.get(shop.name)?.push(measured);
        say(`round ${round + 1} of ${rounds}: ${of.name} ${shop.name} ${measured['cpu']?.toFixed(1)} ms per order`);
      }
    }
    for (const [name, measured] of await measureRest(shops)) atRest.get(name)?.push(measured);
  }
  return { results, atRest };
}

/** The engines are shared: what they do beyond serving Halftone alone is for the limit program. */
async function measureRest({ all, enginesAtRest, signal }: Shops): Promise<Map<string, Measured>> {
  const engines = enginePids();
  const own = new Map(all.map((shop) => [shop.name, shop.processes()]));
  const used = await restMs({ ...engines, ...Object.assign({}, ...prefixed(own)) }, restSeconds, signal);
  const of = (pids: PerProcess, prefix = '') => sum(Object.keys(pids).map((name) => used[prefix + name] ?? 0));
  const alone = sum(Object.values(enginesAtRest));
  return new Map(
    [...own].map(([name, pids]) => {
      const share = name === 'ours' ? alone : Math.max(0, of(engines) - alone);
      const memory = name === 'ours' ? { enginesMiB: memoryMiB(engines) } : {};
      return [name, { restMs: of(pids, `${name} `) + share, servicesMiB: memoryMiB(pids), ...memory }];
    }),
  );
}

/** Both shops have a process `orders`. */
const prefixed = (own: Map<string, PerProcess>): PerProcess[] =>
  [...own].map(([name, pids]) => Object.fromEntries(Object.entries(pids).map(([of, pid]) => [`${name} ${of}`, pid])));

async function compare(sandbox: Sandbox, preparation: Preparation, cases: readonly Case[], options: BenchOptions) {
  const { signal } = preparation;
  const ours = await halftoneShop(sandbox, preparation);
  const enginesAtRest = await restMs(enginePids(), restSeconds, signal);
  const withLimit = options.peers?.includes('limit') ?? true;
  const limit = withLimit ? await startLimit(sandbox.run.engines, preparation) : undefined;
  try {
    const shops = { all: [ours, ...(limit ? [limit] : [])], enginesAtRest, signal };
    await warm(shops);
    return await measureCases(shops, cases, options);
  } finally {
    await limit?.stop();
  }
}

export const orders: Benchmark = {
  name: 'orders',
  about: 'what an order costs in CPU until it is shipped and on a WebSocket, against a thin program with the same work',
  rounds: 5,
  run: async (options) => {
    const cases = casesNamed(options.only ?? []);
    const { signal } = onInterruption(killSandbox);
    const preparation = preparationOf(options, cases, signal);
    await transpile(root, libs(root));
    const sandbox = await openHalftone(preparation);
    try {
      const { results, atRest } = await compare(sandbox, preparation, cases, options);
      const perCase = [...results].flatMap(([of, one]) => linesOfCase(of.name, one, of.lone));
      options.say(tableOf(perCase));
      return [...perCase, ...linesAtRest(atRest)];
    } finally {
      await sandbox.close();
    }
  },
};
