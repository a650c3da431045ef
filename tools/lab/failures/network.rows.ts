/** Failures of the way between client and server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { transportNames } from '@halftone/client';
import { TcpProxy } from '../../arena/tcp-proxy.ts';
import { until, witness, type Row, type Scene } from './scene.ts';

/** A wire of its own for each client, to the first replica. */
async function withWires<T>(scene: Scene, work: (wires: Map<string, TcpProxy>) => Promise<T>): Promise<T> {
  const wires = new Map<string, TcpProxy>();
  try {
    for (const transport of transportNames) {
      const wire = await TcpProxy.listen();
      wire.lead(Number(new URL(scene.stage.urls[0] ?? '').port));
      wires.set(transport, wire);
    }
    return await work(wires);
  } finally {
    await Promise.all([...wires.values()].map((wire) => wire.close()));
  }
}

const urlOf = (wire: TcpProxy | undefined) => [`http://127.0.0.1:${wire?.port}`];

/** Long enough for every client to notice, with the patience they have here. */
const darkMs = 6_000;

export const cable: Row = {
  failure: 'the network is cut for 6 s, without a word to either end',
  promised: { cuts: 'some', noticedWithinMs: 5_000, backWithinMs: 5_000 },
  run: (scene) =>
    withWires(scene, (wires) =>
      witness(scene, { urls: (transport) => urlOf(wires.get(transport)), everyMs: 50 }, async (witnesses) => {
        await sleep(500);
        const failedAt = performance.now();
        for (const wire of wires.values()) wire.set({ kind: 'blackhole' });
        await sleep(darkMs);
        for (const wire of wires.values()) wire.set({ kind: 'pass' });
        const wellAt = performance.now();
        await until(() => witnesses.every(({ ear }) => ear.isOpen), scene.signal);
        return { failedAt, wellAt };
      }),
    ),
};

const drops = { count: 15, everyMs: 200 };

export const reconnects: Row = {
  failure: 'every connection is reset 15 times, 200 ms apart, while events flow',
  promised: { cuts: 'some', backWithinMs: 5_000 },
  run: (scene) =>
    withWires(scene, (wires) =>
      witness(scene, { urls: (transport) => urlOf(wires.get(transport)), everyMs: 10 }, async () => {
        const failedAt = performance.now();
        for (let drop = 0; drop < drops.count; drop += 1) {
          await sleep(drops.everyMs);
          for (const wire of wires.values()) wire.drop();
        }
        return { failedAt, wellAt: performance.now() };
      }),
    ),
};
