import { randomUUID } from 'node:crypto';
import type { Transfer } from '../../harness/clients/api.ts';
import { cutAfterSend } from '../../harness/clients/cut.ts';
import { jsonOf } from '../../harness/clients/http.ts';
import { expecting } from '../../harness/clients/session.ts';
import { balanceOf, waitUntilQuiet } from '../../harness/clients/shop.ts';
import { hold, type Step, type Tour } from '../step.ts';

const amount = 100_00;
const body = { to: 'bob', amount, currency: 'USD' };

/** Leaves alice enough for the transfer and for prints: after some runs bob has her money and gives part of it back. */
async function refill({ alice, bob }: Tour): Promise<number> {
  const balance = await balanceOf(alice);
  if (balance >= 2 * amount) return 0;
  const back = Math.min(5 * amount, await balanceOf(bob));
  expecting('set-up transfer', await bob.post('/v1/transfers', { to: 'alice', amount: back, currency: 'USD' }), 201);
  return back;
}

const balances = async ({ alice, bob }: Tour) => ({ alice: await balanceOf(alice), bob: await balanceOf(bob) });

/** $100 go to bob although the connection is cut right after the request: the retry with the same key moves no second $100. */
export const transferStep: Step = {
  name: 'transfer',
  take: async (tour) => {
    const { alice, bob } = tour;
    await Promise.all([waitUntilQuiet(alice), waitUntilQuiet(bob)]);
    const refilled = await refill(tour);
    const before = await balances(tour);
    const key = randomUUID();
    const headers = { ...(await alice.authorization()), 'content-type': 'application/json', 'idempotency-key': key };
    const request = { method: 'POST', headers, body: JSON.stringify(body) } as const;
    const cutAfterBytes = await cutAfterSend(`${alice.base}/v1/transfers`, request).catch(() => 0);
    const retried = expecting('retry', await alice.post('/v1/transfers', body, { key }), 201);
    const again = expecting('replay', await alice.post('/v1/transfers', body, { key }), 201);
    const after = await balances(tour);
    const ids = [retried, again].map((reply) => jsonOf<Transfer>(reply).id);
    const moved = { fromAlice: before.alice - after.alice, toBob: after.bob - before.bob };
    hold(moved.fromAlice === amount && moved.toBob === amount, 'not deducted exactly once', { before, after });
    hold(ids[0] === ids[1] && again.headers.get('idempotent-replayed') === 'true', 'the replay is another transfer', {
      ids,
    });
    return {
      transferId: ids[0],
      cutAfterBytes,
      tries: 1 + retried.attempts,
      retryWasReplay: retried.headers.get('idempotent-replayed') === 'true',
      ...moved,
      balances: after,
      ...(refilled > 0 && { setUp: `bob gave alice ${refilled} back first` }),
    };
  },
};
