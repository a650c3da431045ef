import { totalmem } from 'node:os';
import { collectDefaultMetrics, register } from 'prom-client';
import { gauge, sampledGauge } from './metrics';

const memoryLimit = gauge(
  'process_memory_limit_bytes',
  'Memory limit of the container, else the memory of the machine',
  [],
  'first',
);
const build = gauge('build_info', 'Version and service of this process; always 1', ['version', 'service'], 'first');

/** Gauges of prom-client with counter names; each is the sum of another gauge without `_total`. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

let collecting = false;

/** Collects memory, CPU, event loop and garbage collection metrics, and the build that runs. */
export function collectProcessMetrics(service: string, version: string): void {
  build.set({ version, service }, 1);
  if (collecting) return;
  collecting = true;
  collectDefaultMetrics();
  for (const name of misnamed) register.removeSingleMetric(name);
  measureEventLoop();
  // 0 means that there is no container limit.
  memoryLimit.set(Math.min(process.constrainedMemory() || Infinity, totalmem()));
}

/** Unlike the event loop lag, utilization shows how near a process is to its limit before anything waits. */
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
