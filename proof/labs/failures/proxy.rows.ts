/** Failures caused by proxies: idle timeouts and buffering. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FailureTimes, Row, LabSetup, Observer } from './lab-setup.ts';
import { observe } from './lab-setup.ts';
import type { Nginx } from './nginx.ts';
import { percentile } from '../../harness/percentile.ts';

const quietMs = 6_000;
/** The client sends no pings here; only the server's heartbeat keeps the connection open. */
const silent = { pingMs: 600_000 };

async function silence(): Promise<FailureTimes> {
  const failedAt = performance.now();
  await sleep(quietMs);
  return { failedAt, wellAt: failedAt };
}

const through = (setup: LabSetup, which: Exclude<keyof Nginx, 'close'>) => () => [setup.nginx?.[which] ?? ''];

export const idleTimeoutAboveHeartbeat: Row = {
  failure: 'no event for 6 s behind nginx that cuts after 2.5 s of silence; heartbeat 1 s',
  promised: { cuts: 'none' },
  needsNginx: true,
  run: (setup) => observe(setup, { urls: through(setup, 'patient'), timeouts: silent }, silence),
};

export const idleTimeoutBelowHeartbeat: Row = {
  failure: 'the same behind nginx that cuts after 0.7 s, before the heartbeat',
  promised: { cuts: 'some', noticedWithinMs: 3_000, backWithinMs: 5_000 },
  needsNginx: true,
  run: (setup) => observe(setup, { urls: through(setup, 'impatient'), timeouts: silent }, silence),
};

const flowMs = 3_000;
const soonMs = 1_000;

async function flow(about: (observer: Observer) => { remark?: string; complaint?: string }): Promise<FailureTimes> {
  const failedAt = performance.now();
  await sleep(flowMs);
  return { failedAt, wellAt: failedAt, about };
}

function delayOf({ listener }: Observer) {
  const late = Math.round(
    percentile(
      listener.received.map(({ lateMs }) => lateMs),
      0.5,
    ) ?? Infinity,
  );
  return { remark: `p50 ${late} ms late`, ...(late > soonMs && { complaint: 'events are held back' }) };
}

export const buffers: Row = {
  failure: 'nginx buffers answers, unless asked not to (X-Accel-Buffering)',
  promised: { cuts: 'none' },
  needsNginx: true,
  run: (setup) => observe(setup, { urls: through(setup, 'patient'), everyMs: 100 }, () => flow(delayOf)),
};

function wayOf({ transport, listener }: Observer) {
  const { via } = listener;
  const expected = transport === 'sse' ? 'long-poll' : transport;
  const remark = via === transport ? 'unharmed' : `fell back to ${via}`;
  return { remark, ...(via !== expected && { complaint: `it listens by ${via} instead of ${expected}` }) };
}

/** A low rate, so that filling a buffer takes long. */
export const alwaysBuffers: Row = {
  failure: 'nginx buffers even if asked not to, so a stream never seems to begin',
  promised: { cuts: 'any' },
  needsNginx: true,
  run: (setup) => {
    const transports = (transport: Observer['transport']) =>
      transport === 'sse' ? (['sse', 'long-poll'] as const) : [transport];
    return observe(setup, { urls: through(setup, 'alwaysBuffering'), transports, everyMs: 500 }, () => flow(wayOf));
  },
};
