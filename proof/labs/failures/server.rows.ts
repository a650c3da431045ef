/** Failures of the server: stop, crash, and too many new clients at the same time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { transportNames, type TransportName } from '@halftone/client';
import { signalProcess } from '@halftone/tools/os/os-process.ts';
import { percentileMs } from '../../harness/percentile.ts';
import { TimedListener } from './timed-listener.ts';
import { newCustomer, observe, until, type FailureTimes, type Row, type LabSetup, type Observer } from './lab-setup.ts';

const first = { name: 'realtime', replica: 1 } as const;

async function gone({ sandbox, signal }: LabSetup, how: 'SIGTERM' | 'SIGKILL', observers: readonly Observer[]) {
  await sleep(500);
  const leaving = sandbox.system.process(first);
  const failedAt = performance.now();
  signalProcess(leaving, how);
  await sandbox.system.ready(first, leaving.pid);
  await until(() => observers.every(({ listener }) => listener.isOpen), signal);
  // The other replica is available from the beginning.
  return { failedAt, wellAt: failedAt };
}

const leaves = (failure: string, how: 'SIGTERM' | 'SIGKILL', cuts: 'some' | 'any'): Row => ({
  failure,
  promised: { cuts, noticedWithinMs: 5_000, backWithinMs: 5_000 },
  run: (setup) =>
    observe(setup, { urls: () => setup.sandbox.urls, everyMs: 50 }, (observers) => gone(setup, how, observers)),
});

/** A long poll may end between two requests; then no cut is seen. */
export const restarted = leaves('the server is restarted gracefully (SIGTERM)', 'SIGTERM', 'any');
export const killed = leaves('the server is killed (SIGKILL)', 'SIGKILL', 'some');

const newcomers = 150;
const allInWithinMs = 30_000;

interface Storm {
  refusals: number;
  allInMs: number | undefined;
}

async function storm({ sandbox, signal }: LabSetup, transport: TransportName): Promise<Storm> {
  const token = sandbox.token(newCustomer());
  const urls = sandbox.urls.slice(0, 1);
  const began = performance.now();
  const join = () =>
    new TimedListener({ transports: [transport], urls, token: () => token, timeouts: { openMs: 10_000 } });
  const listeners = Array.from({ length: newcomers }, join);
  try {
    const areIn = await until(() => listeners.every(({ isOpen }) => isOpen), signal, allInWithinMs);
    const allInMs = areIn ? performance.now() - began : undefined;
    return { refusals: listeners.reduce((sum, { failures }) => sum + failures, 0), allInMs };
  } finally {
    await Promise.all(listeners.map((listener) => listener.close()));
  }
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

/** Long polls need no handshake, so no limit applies to them. */
function remarksOn(storms: Readonly<Record<TransportName, Storm>>): NonNullable<FailureTimes['about']> {
  return ({ transport, listener }) => {
    const { refusals, allInMs } = storms[transport];
    const lateness = listener.received.map(({ lateMs }) => lateMs);
    if (allInMs === undefined) return { complaint: `not all newcomers were in after ${seconds(allInWithinMs)}` };
    const turned = refusals > 0 ? `, refused ${refusals} times` : '';
    const remark = `${newcomers} newcomers${turned}, all in after ${seconds(allInMs)}; here p99 ${percentileMs(lateness, 0.99)} ms`;
    const wasStorm = transport === 'long-poll' || refusals > 0;
    return { remark, ...(!wasStorm && { complaint: 'nobody was asked to come back, so it was no storm' }) };
  };
}

export const spike: Row = {
  failure: '150 new clients of each transport, on a server that accepts 100 per second',
  promised: { cuts: 'none' },
  run: (setup) =>
    observe(setup, { urls: () => setup.sandbox.urls.slice(0, 1), everyMs: 50 }, async () => {
      const failedAt = performance.now();
      const all = await Promise.all(transportNames.map((transport) => storm(setup, transport)));
      const [websocket, sse, longPoll] = all as [Storm, Storm, Storm];
      return { failedAt, wellAt: failedAt, about: remarksOn({ websocket, sse, 'long-poll': longPoll }) };
    }),
};
