import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { type Attack, Tally, type Target } from './attack.ts';

const pings = 100_000;
const atOnce = 1_000;

/** Pings as fast as the connection takes them, until there are enough or the server has had enough. */
async function flood(target: Target, tally: Tally, until: AbortSignal): Promise<void> {
  const url = `${(target.urls.realtime[0] ?? '').replace('http', 'ws')}/v1/events`;
  while (!until.aborted) {
    const headers = { authorization: `Bearer ${target.token}` };
    const socket = new WebSocket(url, 'halftone.v1.json', {
      headers,
      ...(target.localAddress && { localAddress: target.localAddress }),
    });
    socket.on('error', () => undefined);
    const closed = once(socket, 'close');
    const opened = await Promise.race([once(socket, 'open').then(() => true), closed.then(() => false)]).catch(
      () => false,
    );
    let sent = 0;
    for (; opened && sent < pings && socket.readyState === WebSocket.OPEN && !until.aborted; sent += atOnce) {
      for (let one = 0; one < atOnce; one += 1) socket.ping();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.race([closed, sleep(1_000)]);
    tally.add(socket.readyState === WebSocket.CLOSED ? 'closed' : 'pinged');
    socket.terminate();
    await sleep(100);
  }
}

export const websocketPings: Attack = {
  name: 'websocket-pings',
  about: `${pings} pings on a WebSocket, again and again`,
  refusedBy: ['closed'],
  atMost: { pinged: 1 },
  run: async (target, until) => {
    const tally = new Tally();
    await flood(target, tally, until);
    return tally.answers;
  },
};
