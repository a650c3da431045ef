/** `npm run lab -- past`: how it is shown. */
import { killSandbox } from '../../harness/sandbox/sandbox.ts';
import type { Lab } from '../lab.ts';
import { pastLab } from './past.ts';
import { complaintAbout, type DeliveryCounts, type Seen } from './past-verdict.ts';

const counts = ({ lost, duplicated, resets }: DeliveryCounts) =>
  `lost ${lost}, duplicated ${duplicated}, resets ${resets}`;

function words(seen: Seen): string {
  switch (seen.about) {
    case 'latecomers': {
      const { clients, behind, published, seconds } = seen;
      return `${clients} clients ${behind} events behind, ${published} of them their own: all received in ${seconds} s, ${counts(seen)}`;
    }
    case 'live clients': {
      const { clients, published, before, meanwhile } = seen;
      const times = `p50 ${before.p50} and p99 ${before.p99} ms late before, ${meanwhile.p50} and ${meanwhile.p99} ms meanwhile`;
      return `${clients} live clients, ${published} events: ${counts(seen)}, ${times}`;
    }
    case 'memory':
      return `the process: ${seen.before} MiB before, at most ${seen.firstHalf} in the first half of that time, ${seen.secondHalf} in the second`;
    default:
      return seen satisfies never;
  }
}

export const past: Lab = {
  name: 'past',
  title: 'let 20 clients catch up from a cursor a million events old',
  about: [
    'Twenty clients connect at the same time with a cursor that is a million events old, while other clients follow the live feed.',
    'They receive every event since, in order. Memory stops growing, and no other client misses an event.',
  ],
  killNow: killSandbox,
  async run({ json, say, print, signal }) {
    const all = await pastLab({ note: say, signal });
    for (const seen of all) {
      const complaint = complaintAbout(seen);
      const ok = complaint === undefined;
      if (json) print(JSON.stringify({ lab: 'past', ...seen, ok, ...(complaint && { complaint }) }));
      else print(`${ok ? '✔' : '✘'} ${words(seen)}${complaint ? `: ${complaint}` : ''}`);
    }
    const ok = all.every((seen) => complaintAbout(seen) === undefined);
    if (json) print(JSON.stringify({ lab: 'past', lesson: ok ? 'ok' : 'failed' }));
    return ok;
  },
};
