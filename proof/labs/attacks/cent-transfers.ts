import { randomUUID } from 'node:crypto';
import { type Attack, Tally } from './attack.ts';
import { ask, keepBusy, post } from './raw-request.ts';

const atOnce = 150;

export const centTransfers: Attack = {
  name: 'cent-transfers',
  about: `${atOnce} concurrent transfers of a cent, all from one wallet, as soon as the ones before are answered`,
  refusedBy: ['429', '503'],
  run: async (target, until) => {
    const tally = new Tally();
    const body = { to: target.recipient, amount: 1, currency: 'USD' };
    const once = async () => {
      const asked = post(target.token, '/v1/transfers', body, { 'idempotency-key': randomUUID() });
      return tally.add(await ask(target.urls.gateway, asked, target));
    };
    await keepBusy(atOnce, once, until);
    return tally.answers;
  },
};
