import type { Measured } from './program.ts';

const warmUpShare = 0.1;

/** Runs `operation` so often, so many at a time; `index` counts from 0. */
export async function repeat(
  operations: number,
  concurrency: number,
  operation: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const one = async () => {
    while (next < operations) await operation(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, one));
}

/** After a tenth of them to warm up: the CPU time of this process per operation, and operations per second. */
export async function measure(
  operations: number,
  concurrency: number,
  operation: (index: number) => Promise<unknown>,
): Promise<Measured> {
  const warmUp = Math.ceil(operations * warmUpShare);
  await repeat(warmUp, concurrency, (index) => operation(-1 - index));
  const begun = performance.now();
  const cpu = process.cpuUsage();
  await repeat(operations, concurrency, operation);
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - begun) / 1000;
  return { cpuUs: (user + system) / operations, perSecond: operations / seconds };
}
