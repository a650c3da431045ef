/** `npm run lab -- backplane`: how it is shown. */
import { killSandbox } from '../../harness/sandbox/sandbox.ts';
import { backplaneLab } from './backplane.ts';
import { complaintAbout, faults, lessonOf, type ClientResult } from './backplane-verdict.ts';
import type { Lab } from '../lab.ts';

function show(result: ClientResult, print: (text: string) => void): void {
  const { backplane, fault, client, published, lost, duplicated, resets } = result;
  const complaint = complaintAbout(result);
  const mark = complaint ? '✘' : lost > 0 ? '!' : '✔';
  const counts = `lost ${lost} of ${published}, duplicated ${duplicated}, resets ${resets}`;
  print(`${mark} ${backplane}, ${faults[fault]}, ${client}: ${counts}${complaint ? `: ${complaint}` : ''}`);
}

function showJson(result: ClientResult, print: (text: string) => void): void {
  const complaint = complaintAbout(result);
  print(JSON.stringify({ lab: 'backplane', ...result, ok: complaint === undefined, ...(complaint && { complaint }) }));
}

export const backplane: Lab = {
  name: 'backplane',
  title: 'compare Kafka and Redis Pub/Sub as the backplane, each of them killed',
  about: [
    'Realtime gets the feed from Kafka, then from Redis Pub/Sub. One process, both processes, Kafka and Redis are killed.',
    'With Kafka no event is lost. With Redis the events of the outage are lost, and every client gets a reset.',
  ],
  killNow: killSandbox,
  async run({ json, say, print, signal }) {
    const result = await backplaneLab({ note: say, onResult: (one) => (json ? showJson : show)(one, print), signal });
    const { ok, lost } = lessonOf(result);
    if (json) print(JSON.stringify({ lab: 'backplane', lesson: ok ? 'ok' : 'failed', lost }));
    else print(`events lost, of all clients together: by Kafka ${lost.kafka}, by Redis ${lost.redis}`);
    return ok;
  },
};
