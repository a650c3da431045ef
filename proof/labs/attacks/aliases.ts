import { type Attack, Tally } from './attack.ts';
import { ask, keepBusy, post } from './raw-request.ts';

const aliases = 5_000;
const query = `{ ${Array.from({ length: aliases }, (_, n) => `a${n}: products { id name price }`).join(' ')} }`;

export const manyAliases: Attack = {
  name: 'aliases',
  about: `three GraphQL queries at a time, each with ${aliases} aliases of one field`,
  refusedBy: ['400', '413', '422', '429'],
  atMost: { 200: 0, 504: 0 },
  run: async (target, until) => {
    const tally = new Tally();
    const { origin, pathname } = new URL(target.urls.graphql);
    const once = async () => tally.add(await ask(origin, post(target.token, pathname, { query }), target));
    await keepBusy(3, once, until);
    return tally.answers;
  },
};
