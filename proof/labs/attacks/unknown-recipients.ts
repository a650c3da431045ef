import { randomUUID } from 'node:crypto';
import { type Attack, Tally } from './attack.ts';
import { ask, keepBusy, post } from './raw-request.ts';

export const unknownRecipients: Attack = {
  name: 'unknown-recipients',
  about: 'names of customers are tried by sending them a cent, ten at a time',
  refusedBy: ['429'],
  // Ten in a minute, and those that were on their way with them.
  atMost: { 422: 100 },
  run: async (target, until) => {
    const tally = new Tally();
    let tried = 0;
    const once = async () => {
      const body = { to: `customer-${(tried += 1)}`, amount: 1, currency: 'USD' };
      const asked = post(target.token, '/v1/transfers', body, { 'idempotency-key': randomUUID() });
      return tally.add(await ask(target.urls.gateway, asked, target));
    };
    await keepBusy(10, once, until);
    return tally.answers;
  },
};
