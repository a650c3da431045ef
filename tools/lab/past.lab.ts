/** `npm run lab -- past`: how it is shown. */
import { killArena } from '../arena/arena.ts';
import type { Lab } from './lab.ts';
import { pastLab } from './past.ts';
import { complaintAbout, type Heard, type Seen } from './past-story.ts';

const counts = ({ lost, duplicated, resets }: Heard) => `lost ${lost}, duplicated ${duplicated}, resets ${resets}`;

function words(seen: Seen): string {
  switch (seen.about) {
    case 'latecomers': {
      const { clients, behind, told, seconds } = seen;
      return `${clients} clients ${behind} events behind, ${told} of them their own: all told in ${seconds} s, ${counts(seen)}`;
    }
    case 'neighbours': {
      const { clients, told, before, meanwhile } = seen;
      const times = `p50 ${before.p50} and p99 ${before.p99} ms late before, ${meanwhile.p50} and ${meanwhile.p99} ms meanwhile`;
      return `${clients} neighbours, told ${told} events: ${counts(seen)}, ${times}`;
    }
    case 'memory':
      return `the process: ${seen.before} MiB before, at most ${seen.firstHalf} in the first half of that time, ${seen.secondHalf} in the second`;
    default:
      return seen satisfies never;
  }
}

export const past: Lab = {
  name: 'past',
  about: [
    'Twenty clients at once come with a cursor that is a million events of the feed old, while others listen to what happens.',
    'They are told everything since, in order; memory does not go on growing, and nobody else misses anything.',
  ],
  killNow: killArena,
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
