/**
 * Measures what an order costs: from the request until it is shipped and its notifications are on a WebSocket. Beside Halftone runs a program that
 * does the same durable work with as little code as possible (programs/orders), on the same engines. CPU time is that of all processes of
 * the shop and of the engines. While one shop is measured the other one is at rest. What the engines do for Halftone at rest is deducted
 * from the limit program's runs; the other way round it is too little to matter.
 */
import { rmSync } from 'node:fs';
import { onInterruption } from '@halftone/tools/os/interruption.ts';
import { killSandbox, type Sandbox } from '../harness/sandbox/sandbox.ts';
import type { Benchmark, BenchOptions } from './benchmark.ts';
import { enginesAtRest, measureRest } from './orders/at-rest.ts';
import { casesNamed, ordersOf, usual, type Case } from './orders/cases.ts';
import { halftoneShop, openHalftone } from './orders/halftone-shop.ts';
import { startLimit } from './orders/limit-shop.ts';
import { linesAtRest, linesOfCase, tableOf, type Results } from './orders/lines.ts';
import { preparationOf, type Preparation } from './orders/preparation.ts';
import { measureRun } from './orders/run.ts';
import type { OrderShop } from './orders/shop.ts';
import type { PerProcess } from './orders/usage.ts';

const ordersPerRun = 200;
/** Until the compilers of both have seen the path. The limit program needs more, and is quick. */
const warmUp = { ours: 200, limit: 3_000 };

interface Shops {
  all: readonly OrderShop[];
  /** CPU ms per second of the engines while Halftone alone runs, at rest. */
  enginesAlone: PerProcess;
  signal: AbortSignal;
}

function measure(shop: OrderShop, of: Case, orders: number, { enginesAlone, signal }: Shops) {
  const elsewhere = shop.name === 'limit' ? enginesAlone : {};
  return measureRun(shop, { of, orders, elsewhere, signal });
}

const noResults = ({ all }: Shops): Results => new Map(all.map(({ name }) => [name, []]));

/** The shops take turns, each first as often as last, so that other load on the machine affects both alike. */
async function measureCases(shops: Shops, cases: readonly Case[], options: BenchOptions) {
  const { rounds, orders = ordersPerRun, say } = options;
  const results = new Map(cases.map((of) => [of, noResults(shops)]));
  const atRest = noResults(shops);
  for (let round = 0; round < rounds; round += 1) {
    for (const [of, byShop] of results) {
      for (const shop of round % 2 === 0 ? shops.all : shops.all.toReversed()) {
        const measured = await measure(shop, of, ordersOf(of, shop.name, orders), shops);
        byShop.get(shop.name)?.push(measured);
        say(`round ${round + 1} of ${rounds}: ${of.name} ${shop.name} ${measured['cpu']?.toFixed(1)} ms per order`);
      }
    }
    const { all, enginesAlone, signal } = shops;
    for (const [name, measured] of await measureRest(all, enginesAlone, signal)) atRest.get(name)?.push(measured);
  }
  return { results, atRest };
}

async function compare(sandbox: Sandbox, preparation: Preparation, cases: readonly Case[], options: BenchOptions) {
  const { signal } = preparation;
  const ours = await halftoneShop(sandbox, preparation);
  const enginesAlone = await enginesAtRest(signal);
  const isWanted = options.peers?.includes('limit') ?? true;
  const limit = isWanted ? await startLimit(sandbox.run.engines, preparation) : undefined;
  try {
    const shops = { all: [ours, ...(limit ? [limit] : [])], enginesAlone, signal };
    for (const shop of shops.all) await measure(shop, usual, warmUp[shop.name], shops);
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
    const sandbox = await openHalftone(preparation);
    try {
      const { results, atRest } = await compare(sandbox, preparation, cases, options);
      const perCase = [...results].flatMap(([of, one]) => linesOfCase(of.name, one, of.lone));
      options.say(tableOf(perCase));
      return [...perCase, ...linesAtRest(atRest)];
    } finally {
      await sandbox.close();
      rmSync(preparation.countsFolder, { recursive: true, force: true });
    }
  },
};
