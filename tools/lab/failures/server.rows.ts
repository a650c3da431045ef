/** Failures of the server: it goes, in order or not, and too many come at once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { transportNames, type TransportName } from '@halftone/client';
import { signalProcess } from '../../engines/os-process.ts';
import { percentileMs } from '../../numbers/percentile.ts';
import { Ear } from './ear.ts';
import { someCustomer, until, witness, type Happening, type Row, type Scene, type Witness } from './scene.ts';

const first = { name: 'realtime', replica: 1 } as const;

async function gone({ stage, signal }: Scene, how: 'SIGTERM' | 'SIGKILL', witnesses: readonly Witness[]) {
  await sleep(500);
  const leaving = stage.arena.process(first);
  const failedAt = performance.now();
  signalProcess(leaving, how);
  await stage.arena.ready(first, leaving.pid);
  await until(() => witnesses.every(({ ear }) => ear.isOpen), signal);
  // To the client the way is whole from the beginning: there is the other replica.
  return { failedAt, wellAt: failedAt };
}

const leaves = (failure: string, how: 'SIGTERM' | 'SIGKILL', cuts: 'some' | 'any'): Row => ({
  failure,
  promised: { cuts, noticedWithinMs: 5_000, backWithinMs: 5_000 },
  run: (scene) =>
    witness(scene, { urls: () => scene.stage.urls, everyMs: 50 }, (witnesses) => gone(scene, how, witnesses)),
});

/** A poll may end between two questions, and the next one is asked elsewhere. */
export const restarted = leaves('the server is restarted in order (SIGTERM)', 'SIGTERM', 'any');
export const killed = leaves('the server is killed (SIGKILL)', 'SIGKILL', 'some');

const newcomers = 150;
const allInWithinMs = 30_000;

interface Storm {
  refusals: number;
  allInMs: number | undefined;
}

async function storm({ stage, signal }: Scene, transport: TransportName): Promise<Storm> {
  const token = stage.token(someCustomer());
  const urls = stage.urls.slice(0, 1);
  const began = performance.now();
  const join = () => new Ear({ transports: [transport], urls, token: () => token, patience: { openMs: 10_000 } });
  const ears = Array.from({ length: newcomers }, join);
  try {
    const areIn = await until(() => ears.every(({ isOpen }) => isOpen), signal, allInWithinMs);
    const allInMs = areIn ? performance.now() - began : undefined;
    return { refusals: ears.reduce((sum, { failures }) => sum + failures, 0), allInMs };
  } finally {
    await Promise.all(ears.map((ear) => ear.close()));
  }
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

/** A poll is no handshake: that storm is let in as it comes. */
function toldOf(storms: Readonly<Record<TransportName, Storm>>): NonNullable<Happening['about']> {
  return ({ transport, ear }) => {
    const { refusals, allInMs } = storms[transport];
    const lateness = ear.heard.map(({ lateMs }) => lateMs);
    if (allInMs === undefined) return { complaint: `not all newcomers were in after ${seconds(allInWithinMs)}` };
    const turned = refusals > 0 ? `, told ${refusals} times to come back` : '';
    const remark = `${newcomers} newcomers${turned}, all in after ${seconds(allInMs)}; here p99 ${percentileMs(lateness, 0.99)} ms`;
    const wasStorm = transport === 'long-poll' || refusals > 0;
    return { remark, ...(!wasStorm && { complaint: 'nobody was asked to come back, so it was no storm' }) };
  };
}

export const spike: Row = {
  failure: '150 new clients of each kind at once, on a server that lets in 100 a second',
  promised: { cuts: 'none' },
  run: (scene) =>
    witness(scene, { urls: () => scene.stage.urls.slice(0, 1), everyMs: 50 }, async () => {
      const failedAt = performance.now();
      const all = await Promise.all(transportNames.map((transport) => storm(scene, transport)));
      const [websocket, sse, longPoll] = all as [Storm, Storm, Storm];
      return { failedAt, wellAt: failedAt, about: toldOf({ websocket, sse, 'long-poll': longPoll }) };
    }),
};
