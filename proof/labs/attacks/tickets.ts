import { type Attack, Tally } from './attack.ts';
import { ask, keepBusy, post } from './raw-request.ts';

export const manyTickets: Attack = {
  name: 'tickets',
  about: 'one customer takes tickets for WebSockets, twenty at a time',
  refusedBy: ['429'],
  run: async (target, until) => {
    const tally = new Tally();
    const once = async () => {
      return tally.add(await ask(target.urls.gateway, post(target.token, '/v1/realtime/tickets', {}), target));
    };
    await keepBusy(20, once, until);
    return tally.answers;
  },
};
