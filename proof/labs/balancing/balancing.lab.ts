/** `npm run lab -- balancing`: how it is shown. */
import { killSandbox } from '../../harness/sandbox/sandbox.ts';
import { balancingLab } from './balancing.ts';
import {
  changes,
  complaintAbout,
  didSurvive,
  lessonOf,
  ways,
  type ChangeResult,
  type Way,
} from './balancing-verdict.ts';
import type { Lab } from '../lab.ts';

function show(survived: ChangeResult, print: (text: string) => void): void {
  const { way, change, subscriptions, of, lost, duplicated, missed } = survived;
  const complaint = complaintAbout(survived);
  const mark = complaint ? '✘' : didSurvive(survived) ? '✔' : '!';
  const counts = `${subscriptions} of ${of} subscriptions went on, lost ${lost}, duplicated ${duplicated}, missed in its chat room ${missed}`;
  print(`${mark} ${way}: ${changes[change]}: ${counts}${complaint ? `: ${complaint}` : ''}`);
}

function showJson(survived: ChangeResult, print: (text: string) => void): void {
  const complaint = complaintAbout(survived);
  const verdict = { survived: didSurvive(survived), ok: complaint === undefined, ...(complaint && { complaint }) };
  print(JSON.stringify({ lab: 'balancing', ...survived, ...verdict }));
}

export const balancing: Lab = {
  name: 'balancing',
  title: 'change or kill the server under a stream and a chat room',
  about: [
    'A client with two subscriptions and a chat room loses its server: connection cut, process stopped, process killed, Redis lost.',
    ...(Object.keys(ways) as Way[]).map((way) => `${way}: ${ways[way].about}`),
    'State is lost with the process or store that kept it. State that is promised survives: no event is lost or duplicated.',
    'In every way the client joins its chat room again and gets the missed messages once and in order.',
  ],
  killNow: killSandbox,
  async run({ json, say, print, signal }) {
    const onResult = (one: ChangeResult) => (json ? showJson : show)(one, print);
    const all = await balancingLab({ note: say, onResult, signal });
    const ok = lessonOf(all);
    const kept = all.filter(didSurvive).length;
    if (json) print(JSON.stringify({ lab: 'balancing', lesson: ok ? 'ok' : 'failed', changes: all.length, kept }));
    else print(`${all.length} changes: ${kept} kept everything, ${all.length - kept} lost what they do not promise`);
    return ok;
  },
};
