import { randomUUID } from 'node:crypto';
import { pictureBomb } from '../png.ts';
import { type Attack, Tally } from './attack.ts';
import { ask, keepBusy } from './raw-request.ts';

let bombs: readonly Buffer[] = [];

export const pictureBombs: Attack = {
  name: 'picture-bombs',
  about:
    'pictures that unpack into hundreds of megabytes: 999,999 × 100, which is refused by its head, and the largest that are taken',
  // By the head; the quota of a customer's waiting pictures refuses the others when they come faster than they are worked off.
  refusedBy: ['422', '429'],
  prepare: () => {
    bombs = [pictureBomb(999_999, 100), pictureBomb(12_000, 3_000)];
  },
  run: async (target, until) => {
    const tally = new Tally();
    let turn = 0;
    const once = async () => {
      const body = bombs[turn++ % bombs.length] ?? Buffer.alloc(0);
      const headers = {
        authorization: `Bearer ${target.token}`,
        'content-type': 'image/png',
        'idempotency-key': randomUUID(),
      };
      return tally.add(await ask(target.urls.gateway, { method: 'POST', path: '/v1/images', headers, body }, target));
    };
    await keepBusy(3, once, until);
    return tally.answers;
  },
};
