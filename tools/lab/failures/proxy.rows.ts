/** What a proxy does to connections that last: it takes silence for death, and it collects before it passes on. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Happening, Row, Scene, Witness } from './scene.ts';
import { witness } from './scene.ts';
import type { Nginx } from './nginx.ts';

const quietMs = 6_000;
/** The client says nothing on its own here: only the server's heartbeat keeps the line awake. */
const silent = { pingMs: 600_000 };

async function silence(): Promise<Happening> {
  const failedAt = performance.now();
  await sleep(quietMs);
  return { failedAt, wellAt: failedAt };
}

const through = (scene: Scene, which: Exclude<keyof Nginx, 'close'>) => () => [scene.nginx?.[which] ?? ''];

export const idleLater: Row = {
  failure: 'nothing happens for 6 s behind nginx that cuts after 2.5 s of silence; heartbeat 1 s',
  promised: { cuts: 'none' },
  needsNginx: true,
  run: (scene) => witness(scene, { urls: through(scene, 'patient'), patience: silent }, silence),
};

export const idleSooner: Row = {
  failure: 'the same behind nginx that cuts after 0.7 s, before the heartbeat',
  promised: { cuts: 'some', noticedWithinMs: 3_000, backWithinMs: 5_000 },
  needsNginx: true,
  run: (scene) => witness(scene, { urls: through(scene, 'impatient'), patience: silent }, silence),
};

const flowMs = 3_000;
const soonMs = 1_000;

async function flow(about: (witness: Witness) => { remark?: string; complaint?: string }): Promise<Happening> {
  const failedAt = performance.now();
  await sleep(flowMs);
  return { failedAt, wellAt: failedAt, about };
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Infinity;

function delayOf({ ear }: Witness) {
  const late = Math.round(median(ear.heard.map(({ lateMs }) => lateMs)));
  return { remark: `p50 ${late} ms late`, ...(late > soonMs && { complaint: 'events are held back' }) };
}

export const buffers: Row = {
  failure: 'nginx buffers answers, unless asked not to (X-Accel-Buffering)',
  promised: { cuts: 'none' },
  needsNginx: true,
  run: (scene) => witness(scene, { urls: through(scene, 'patient'), everyMs: 100 }, () => flow(delayOf)),
};

function wayOf({ transport, ear }: Witness) {
  const { via } = ear;
  const expected = transport === 'sse' ? 'long-poll' : transport;
  const remark = via === transport ? 'unharmed' : `went over to ${via}`;
  return { remark, ...(via !== expected && { complaint: `it listens by ${via} instead of ${expected}` }) };
}

/** Slowly, so that it takes long to fill a buffer. */
export const hoards: Row = {
  failure: 'nginx buffers whatever it is asked, so that a stream never seems to begin',
  promised: { cuts: 'any' },
  needsNginx: true,
  run: (scene) => {
    const transports = (transport: Witness['transport']) =>
      transport === 'sse' ? (['sse', 'long-poll'] as const) : [transport];
    return witness(scene, { urls: through(scene, 'hoarding'), transports, everyMs: 500 }, () => flow(wayOf));
  },
};
