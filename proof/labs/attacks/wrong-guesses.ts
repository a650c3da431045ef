import { signIn } from '../../harness/clients/session.ts';
import { type Attack, Tally } from './attack.ts';
import { ask, keepBusy } from './raw-request.ts';

const atOnce = 20;
const guessed = 'olga';

export const wrongGuesses: Attack = {
  name: 'wrong-guesses',
  about: `passwords of one customer are guessed, ${atOnce} at a time`,
  refusedBy: ['429'],
  // Those that were on their way when the fifth was wrong are counted as well.
  atMost: { 401: 40, 201: 0, 200: 0 },
  run: async (target, until) => {
    const tally = new Tally();
    let guess = 0;
    const once = async () => {
      const body = JSON.stringify({ customer: guessed, password: `guess-${(guess += 1)}` });
      const headers = { 'content-type': 'application/json' };
      return tally.add(await ask(target.urls.gateway, { method: 'POST', path: '/v1/tokens', headers, body }, target));
    };
    await keepBusy(atOnce, once, until);
    return tally.answers;
  },
  // Whoever knows the password is let in, from another address than the one that guesses.
  stillPossible: (gateway) => signIn(gateway, guessed),
};
