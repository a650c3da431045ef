/** Measures what the shops use while nothing is ordered. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sum } from '@halftone/tools/os/process-cost.ts';
import type { Measured } from '../workers.ts';
import type { OrderShop } from './shop.ts';
import { cpuMs, difference, enginePids, mapValues, memoryMiB, type PerProcess } from './usage.ts';

const restSeconds = 5;

const perSecond = (after: PerProcess, before: PerProcess): PerProcess =>
  mapValues(difference(after, before), (ms) => ms / restSeconds);

/** CPU ms per second of the engines. */
export async function enginesAtRest(signal: AbortSignal): Promise<PerProcess> {
  const engines = enginePids();
  const before = cpuMs(engines);
  await sleep(restSeconds * 1000, undefined, { signal });
  return perSecond(cpuMs(engines), before);
}

/**
 * CPU and memory of each shop. Both share the engines: what these used while Halftone ran alone is Halftone's, the rest is the limit
 * program's.
 */
export async function measureRest(
  shops: readonly OrderShop[],
  enginesAlone: PerProcess,
  signal: AbortSignal,
): Promise<Map<string, Measured>> {
  const before = shops.map((shop) => cpuMs(shop.processes()));
  const engines = sum(Object.values(await enginesAtRest(signal)));
  const alone = sum(Object.values(enginesAlone));
  return new Map(
    shops.map((shop, at) => {
      const pids = shop.processes();
      const own = sum(Object.values(perSecond(cpuMs(pids), before[at] ?? {})));
      const isOurs = shop.name === 'ours';
      const memory = { servicesMiB: memoryMiB(pids), ...(isOurs && { enginesMiB: memoryMiB(enginePids()) }) };
      return [shop.name, { restMs: own + (isOurs ? alone : Math.max(0, engines - alone)), ...memory }];
    }),
  );
}
