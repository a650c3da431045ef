/** Failures of the network between client and server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { transportNames } from '@halftone/client';
import { TcpProxy } from '@halftone/local';
import { observe, until, type Row, type LabSetup } from './lab-setup.ts';

/** A TCP proxy for each client, to the first replica. */
async function withProxies<T>(setup: LabSetup, work: (proxies: Map<string, TcpProxy>) => Promise<T>): Promise<T> {
  const proxies = new Map<string, TcpProxy>();
  try {
    for (const transport of transportNames) {
      const proxy = await TcpProxy.listen();
      proxy.connectTo(Number(new URL(setup.sandbox.urls[0] ?? '').port));
      proxies.set(transport, proxy);
    }
    return await work(proxies);
  } finally {
    for (const proxy of proxies.values()) proxy.close();
  }
}

const urlOf = (proxy: TcpProxy | undefined) => [`http://127.0.0.1:${proxy?.port}`];

/** Longer than the timeouts of the clients. */
const darkMs = 6_000;

export const networkCut: Row = {
  failure: 'the network drops everything silently for 6 s',
  promised: { cuts: 'some', noticedWithinMs: 5_000, backWithinMs: 5_000 },
  run: (setup) =>
    withProxies(setup, (proxies) =>
      observe(setup, { urls: (transport) => urlOf(proxies.get(transport)), everyMs: 50 }, async (observers) => {
        await sleep(500);
        const failedAt = performance.now();
        for (const proxy of proxies.values()) proxy.set({ kind: 'blackhole' });
        await sleep(darkMs);
        for (const proxy of proxies.values()) proxy.set({ kind: 'pass' });
        const wellAt = performance.now();
        await until(() => observers.every(({ listener }) => listener.isOpen), setup.signal);
        return { failedAt, wellAt };
      }),
    ),
};

const drops = { count: 15, everyMs: 200 };

export const reconnects: Row = {
  failure: 'every connection is reset 15 times, 200 ms apart, while events flow',
  promised: { cuts: 'some', backWithinMs: 5_000 },
  run: (setup) =>
    withProxies(setup, (proxies) =>
      observe(setup, { urls: (transport) => urlOf(proxies.get(transport)), everyMs: 10 }, async () => {
        const failedAt = performance.now();
        for (let drop = 0; drop < drops.count; drop += 1) {
          await sleep(drops.everyMs);
          for (const proxy of proxies.values()) proxy.drop();
        }
        return { failedAt, wellAt: performance.now() };
      }),
    ),
};
