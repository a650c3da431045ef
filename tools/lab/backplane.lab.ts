/** `npm run lab -- backplane`: how it is shown. */
import { killArena } from '../arena/arena.ts';
import { backplaneLab } from './backplane.ts';
import { complaintAbout, faults, lessonOf, type Seen } from './backplane-story.ts';
import type { Lab } from './lab.ts';

function show(seen: Seen, print: (text: string) => void): void {
  const { backplane, fault, client, told, lost, duplicated, resets } = seen;
  const complaint = complaintAbout(seen);
  const mark = complaint ? '✘' : lost > 0 ? '!' : '✔';
  const counts = `lost ${lost} of ${told}, duplicated ${duplicated}, resets ${resets}`;
  print(`${mark} ${backplane}, ${faults[fault]}, ${client}: ${counts}${complaint ? `: ${complaint}` : ''}`);
}

function showJson(seen: Seen, print: (text: string) => void): void {
  const complaint = complaintAbout(seen);
  print(JSON.stringify({ lab: 'backplane', ...seen, ok: complaint === undefined, ...(complaint && { complaint }) }));
}

export const backplane: Lab = {
  name: 'backplane',
  about: [
    'The stream comes to the realtime processes by Kafka, then by Redis Pub/Sub, while one of them, both, Kafka and Redis are killed.',
    'By Kafka nobody misses anything; by Redis what is told meanwhile is lost, and every client is told so by a reset.',
  ],
  killNow: killArena,
  async run({ json, say, print, signal }) {
    const seen = await backplaneLab({ note: say, seen: (one) => (json ? showJson : show)(one, print), signal });
    const { ok, lost } = lessonOf(seen);
    if (json) print(JSON.stringify({ lab: 'backplane', lesson: ok ? 'ok' : 'failed', lost }));
    else print(`events lost, of all clients together: by Kafka ${lost.kafka}, by Redis ${lost.redis}`);
    return ok;
  },
};
