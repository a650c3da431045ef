import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Attack, Tally, type Target } from './attack.ts';
import { firstAnswer, open } from './raw-request.ts';

const uploads = 40;
const size = 19 * 1024 * 1024;
const piece = Buffer.alloc(64 * 1024, 1);

/** All but the last byte, as fast as it is taken. */
async function upload(target: Target, tally: Tally, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    const socket = await open(target.urls.gateway, target);
    if (!socket) {
      tally.add('closed');
      await sleep(100);
      continue;
    }
    const answered = firstAnswer(socket, until);
    let ended = false;
    void answered.then(() => (ended = true));
    const head = [
      ...[
        'POST /v1/images HTTP/1.1',
        'Host: shop',
        `Authorization: Bearer ${target.token}`,
        'Content-Type: image/jpeg',
      ],
      ...[`Idempotency-Key: ${randomUUID()}`, `Content-Length: ${size}`],
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    for (let left = size - 1; left > 0 && !ended; left -= piece.length) {
      if (!socket.write(piece.subarray(0, Math.min(left, piece.length))))
        await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), answered]);
    }
    tally.add(await answered);
    socket.destroy();
    await sleep(1_000);
  }
}

export const unfinishedUploads: Attack = {
  name: 'unfinished-uploads',
  about: `${uploads} concurrent uploads of 19 MiB that are never finished`,
  refusedBy: ['429', '503'],
  run: async (target, until) => {
    const tally = new Tally();
    await Promise.all(Array.from({ length: uploads }, () => upload(target, tally, until)));
    return tally.answers;
  },
};
