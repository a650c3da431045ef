import { rest } from '@halftone/tools/os/waiting.ts';
import { type Attack, Tally, type Target } from './attack.ts';
import { firstAnswer, open } from './raw-request.ts';

const bodies = 3_000;
const size = 60_000;
/** All are there within this time, and who is answered comes again after as much. */
const withinMs = 5_000;
const againMs = withinMs;
const head = `POST /v1/orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: ${size}\r\n\r\n`;
const unfinished = Buffer.from(head + 'x'.repeat(size - 1));

/** Without a token, all but the last byte; `after` so many ms. */
async function body(target: Target, tally: Tally, until: AbortSignal, after: number): Promise<void> {
  await rest(after, until);
  while (!until.aborted) {
    const socket = await open(target.urls.gateway, target);
    if (socket) {
      const answered = firstAnswer(socket, until);
      socket.write(unfinished);
      tally.add(await answered);
      socket.destroy();
    } else tally.add('closed');
    await rest(againMs, until);
  }
}

export const anonymousBodies: Attack = {
  name: 'anonymous-bodies',
  about: `${bodies} requests within 5 s without a token, each with a body of 60 KB that is never finished`,
  refusedBy: ['401', '429', '503', 'closed'],
  run: async (target, until) => {
    const tally = new Tally();
    await Promise.all(Array.from({ length: bodies }, (_, n) => body(target, tally, until, (n * withinMs) / bodies)));
    return tally.answers;
  },
};
