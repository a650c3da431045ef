/** Our own way as it is deployed: a message comes from Kafka. */
import { realtimeV1 } from '@halftone/contracts';
import { openStage, type Stage } from '../../stage/stage.ts';
import { marker } from '../../crowd/marker.ts';
import type { Contestant, Running, Transport } from './contestant.ts';
import type { Where } from '../../crowd/crowd.ts';

/** Open to everybody, so everybody can be in it. */
const channel = 'gallery';

/** The transports, WebSocket in both of its formats. */
export type Kind = Transport | 'proto' | 'long-poll';

/** What an event looks like on every transport, 200 bytes. */
const event = { type: 'gallery.photo', subject: 'gallery', data: { m: marker } };

export function wordsOf(transport: Kind, token: string): Where['words'] {
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

export const addressOf = (url: string): Where['to'] => {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
};

/** `filling` makes each so many bytes longer. */
export async function tellAll(stage: Stage, count: number, filling = 0): Promise<void> {
  const one = filling ? { ...event, data: { ...event.data, filling: 'x'.repeat(filling) } } : event;
  await stage.publisher.publish(
    channel,
    Array.from({ length: count }, () => one),
  );
}

/** Nothing may stand in the way of thousands who come at once: how storms are held back is measured elsewhere. */
export const openDoors = { REALTIME_ACCEPTS_PER_SECOND: '1000000', REALTIME_MAX_CONNECTIONS: '1000000' };

export const runningOn = (stage: Stage): Running => ({
  pids: () => stage.processes.map(({ pid }) => pid),
  where: (transport) => ({ to: addressOf(stage.urls[0] ?? ''), words: wordsOf(transport, stage.token('crowd')) }),
  publish: (count) => tellAll(stage, count),
  stop: async () => undefined,
});

/** The engines stay for the whole command; the process is a new one each time, as that of everybody else. */
export async function ours(signal: AbortSignal, note: (text: string) => void) {
  const stage = await openStage({ name: 'bench', replicas: 1, settings: openDoors, note, signal });
  const contestant: Contestant = {
    name: 'ours',
    transports: ['websocket', 'sse'],
    start: async () => {
      await stage.killAndAwait(1);
      return runningOn(stage);
    },
  };
  return { contestant, stage, close: () => stage.close() };
}
