/** A proxy in front of each engine, and the addresses through them. */
import { readRecord } from '@halftone/tools/engines/engine-lifecycle.ts';
import { TcpProxy } from '@halftone/local';
import type { EngineName, Engines } from '@halftone/tools/os/run-state.ts';

export type Proxies = Readonly<Record<EngineName, TcpProxy>>;

export async function openProxies(): Promise<Proxies> {
  const [postgres, kafka, redis] = await Promise.all([TcpProxy.listen(), TcpProxy.listen(), TcpProxy.listen()]);
  return { postgres, kafka, redis };
}

/** The port of an engine; it stays the same after a restart. */
export function portOf(name: EngineName): number {
  const { port } = readRecord(name) ?? {};
  if (!port) throw new Error(`${name} is not started by this command`);
  return port;
}

/** The same engines at the proxies' addresses. */
export function reachThrough(proxies: Proxies, { postgres, kafka, redis }: Engines): Engines {
  return {
    postgres: { ...postgres, url: withPort(postgres.url, proxies.postgres.port) },
    kafka: { ...kafka, brokers: `127.0.0.1:${proxies.kafka.port}` },
    redis: { ...redis, url: withPort(redis.url, proxies.redis.port) },
  };
}

function withPort(text: string, port: number): string {
  const url = new URL(text);
  url.port = String(port);
  return url.href;
}
