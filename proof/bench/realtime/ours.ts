/** Realtime as it is deployed: messages come from Kafka. */
import { realtimeV1 } from '@halftone/contracts';
import { openRealtimeSandbox, type RealtimeSandbox } from '../../harness/sandbox/realtime/realtime-sandbox.ts';
import { marker } from '../../harness/clients/pool/marker.ts';
import type { BenchServer, Running, Transport } from './bench-server.ts';
import type { PoolTarget } from '../../harness/clients/pool/client-pool.ts';

/** A public channel, so every client may subscribe. */
const channel = 'gallery';

/** The transports, WebSocket in both of its formats. */
export type Kind = Transport | 'proto' | 'long-poll';

/** An event as every transport sends it, 200 bytes. */
const event = { type: 'gallery.photo', subject: 'gallery', data: { m: marker } };

export function handshakeOf(transport: Kind, token: string): PoolTarget['handshake'] {
  const bearer = `Authorization: Bearer ${token}`;
  if (transport === 'long-poll') {
    const path = `GET /v1/events?channel=${channel}`;
    const request = [`${path} HTTP/1.1`, 'Accept: application/json', bearer];
    return { request, readyAt: '"cursor":"', again: `${path}&wait=30&cursor=` };
  }
  if (transport === 'sse') {
    const request = [`GET /v1/events?channel=${channel} HTTP/1.1`, 'Accept: text/event-stream', bearer];
    return { request, readyAt: 'retry: ' };
  }
  return {
    request: [
      'GET /v1/events HTTP/1.1',
      `Sec-WebSocket-Protocol: halftone.v1.${transport === 'proto' ? 'proto' : 'json'}`,
      bearer,
    ],
    upgrade: true,
    ...(transport === 'proto'
      ? { binary: [protoSubscribe], readyAt: channel }
      : { frames: [JSON.stringify({ type: 'subscribe', channel })], readyAt: '"subscribed"' }),
  };
}

/** `ClientMessage { subscribe { channel } }`, in base64. */
const protoSubscribe = Buffer.from(
  realtimeV1.ClientMessage.encode(realtimeV1.ClientMessage.fromPartial({ subscribe: { channel } })).finish(),
).toString('base64');

export const addressOf = (url: string): PoolTarget['to'] => {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
};

/** `filling` makes each so many bytes longer. */
export async function publishToAll(sandbox: RealtimeSandbox, count: number, filling = 0): Promise<void> {
  const one = filling ? { ...event, data: { ...event.data, filling: 'x'.repeat(filling) } } : event;
  await sandbox.publisher.publish(
    channel,
    Array.from({ length: count }, () => one),
  );
}

/** Without limits on new connections; those limits are measured elsewhere. */
export const withoutLimits = { REALTIME_ACCEPTS_PER_SECOND: '1000000', REALTIME_MAX_CONNECTIONS: '1000000' };

export const runningOn = (sandbox: RealtimeSandbox): Running => ({
  pids: () => sandbox.processes.map(({ pid }) => pid),
  targetFor: (transport) => ({
    to: addressOf(sandbox.urls[0] ?? ''),
    handshake: handshakeOf(transport, sandbox.token('client-pool')),
  }),
  publish: (count) => publishToAll(sandbox, count),
  stop: async () => undefined,
});

/** The engines run for the whole command; the realtime process is restarted for each run, as the peers are. */
export async function ours(signal: AbortSignal, note: (text: string) => void) {
  const sandbox = await openRealtimeSandbox({ name: 'bench', replicas: 1, settings: withoutLimits, note, signal });
  const server: BenchServer = {
    name: 'ours',
    transports: ['websocket', 'sse'],
    start: async () => {
      await sandbox.killAndAwait(1);
      return runningOn(sandbox);
    },
  };
  return { server, sandbox, close: () => sandbox.close() };
}
