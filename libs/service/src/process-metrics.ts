import { totalmem } from 'node:os';
import { collectDefaultMetrics } from 'prom-client';
import { gauge, sampledGauge } from './metrics';

const memoryLimit = gauge(
  'process_memory_limit_bytes',
  'What the container, else the machine, lets the process use',
  [],
  'first',
);
const build = gauge('build_info', 'What runs here; always 1', ['version', 'service'], 'first');

let collecting = false;

/** Memory, CPU, event loop, garbage collection, and which build it is that uses them. */
export function collectProcessMetrics(service: string, version: string): void {
  build.set({ version, service }, 1);
  if (collecting) return;
  collecting = true;
  collectDefaultMetrics();
  measureEventLoop();
  // 0 without a container's limit.
  memoryLimit.set(Math.min(process.constrainedMemory() || Infinity, totalmem()));
}

/** Unlike its lag, this tells how near a process is to its end while nobody has to wait yet. */
function measureEventLoop(): void {
  let last = performance.eventLoopUtilization();
  sampledGauge(
    'nodejs_eventloop_utilization',
    'Busy part of the time since the last scrape, 0 to 1',
    [],
    (gauge) => {
      const now = performance.eventLoopUtilization();
      gauge.set(performance.eventLoopUtilization(now, last).utilization);
      last = now;
    },
    'max',
  );
}
