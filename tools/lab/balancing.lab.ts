/** `npm run lab -- balancing`: how it is shown. */
import { killArena } from '../arena/arena.ts';
import { balancingLab } from './balancing.ts';
import { changes, complaintAbout, didSurvive, lessonOf, ways, type Survived, type Way } from './balancing-story.ts';
import type { Lab } from './lab.ts';

function show(survived: Survived, print: (text: string) => void): void {
  const { way, change, subscriptions, of, lost, duplicated, unheard } = survived;
  const complaint = complaintAbout(survived);
  const mark = complaint ? '✘' : didSurvive(survived) ? '✔' : '!';
  const counts = `${subscriptions} of ${of} subscriptions went on, lost ${lost}, duplicated ${duplicated}, unheard in its chat room ${unheard}`;
  print(`${mark} ${way}: ${changes[change]}: ${counts}${complaint ? `: ${complaint}` : ''}`);
}

function showJson(survived: Survived, print: (text: string) => void): void {
  const complaint = complaintAbout(survived);
  const verdict = { survived: didSurvive(survived), ok: complaint === undefined, ...(complaint && { complaint }) };
  print(JSON.stringify({ lab: 'balancing', ...survived, ...verdict }));
}

export const balancing: Lab = {
  name: 'balancing',
  about: [
    'A client with two subscriptions and a chat room loses its server: its connection is cut, the process leaves, is killed, Redis is lost.',
    ...(Object.keys(ways) as Way[]).map((way) => `${way}: ${ways[way].about}`),
    'Where the memory lived, it is gone together with its keeper; what must be there is there, without an event lost or twice.',
    'A chat room it enters again in every way, and hears what was said meanwhile, once and in order.',
  ],
  killNow: killArena,
  async run({ json, say, print, signal }) {
    const told = (one: Survived) => (json ? showJson : show)(one, print);
    const all = await balancingLab({ note: say, survived: told, signal });
    const ok = lessonOf(all);
    const kept = all.filter(didSurvive).length;
    if (json) print(JSON.stringify({ lab: 'balancing', lesson: ok ? 'ok' : 'failed', changes: all.length, kept }));
    else print(`${all.length} changes: ${kept} kept everything, ${all.length - kept} lost what they do not promise`);
    return ok;
  },
};
