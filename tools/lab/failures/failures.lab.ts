/** `npm run lab -- failures`: what can go wrong with a connection, on purpose, and what the client sees of it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { killArena } from '../../arena/arena.ts';
import { root } from '../../engines/config.ts';
import type { Lab } from '../lab.ts';
import { cable, reconnects } from './network.rows.ts';
import { refresh } from './page.rows.ts';
import { buffers, hoards, idleLater, idleSooner } from './proxy.rows.ts';
import { openScene, type Row } from './scene.ts';
import { killed, restarted, spike } from './server.rows.ts';
import { tableOf, withTable } from './table.ts';
import { judge, type Verdict } from './verdict.ts';

const rows: readonly Row[] = [
  ...[cable, reconnects, restarted, killed, spike, refresh],
  ...[idleLater, idleSooner, buffers, hoards],
];

const page = join(root, 'docs/failures.md');

function show(verdict: Verdict): string {
  const { failure, transport, cuts, noticedMs, backMs, lost, duplicated, inOrder, remark, ok, complaints } = verdict;
  const times = `${cuts} cuts${noticedMs === null ? '' : `, known after ${noticedMs} ms`}${backMs === null ? '' : `, back after ${backMs} ms`}`;
  const counts = `lost ${lost}, twice ${duplicated}, ${inOrder ? 'in order' : 'out of order'}`;
  const more = [remark, ...complaints].filter(Boolean).map((text) => `; ${text}`);
  return `${ok ? '✔' : '✘'} ${failure}\n    ${transport}: ${times}; ${counts}${more.join('')}`;
}

export const failures: Lab = {
  name: 'failures',
  about: [
    'a cut network, restarted, killed and overrun servers, proxies that cut and buffer (a real nginx), reloaded pages:',
    'what a client sees of each over WebSocket, SSE and long polls. Nothing lost, nothing twice, in order, and back soon.',
  ],
  options: { write: { type: 'boolean', default: false }, only: { type: 'string' } },
  optionsAbout: [
    '--write        puts the table into docs/failures.md',
    '--only WORD    the failures that the word is part of',
  ],
  killNow: killArena,
  async run({ json, values, say, print, signal }) {
    const only = typeof values['only'] === 'string' ? values['only'] : '';
    const scene = await openScene({ note: say, signal });
    const verdicts: Verdict[] = [];
    const skipped: string[] = [];
    try {
      for (const row of rows.filter(({ failure }) => failure.includes(only))) {
        if (row.needsNginx && !scene.nginx) {
          skipped.push(row.failure);
          continue;
        }
        signal.throwIfAborted();
        const seen = await row.run(scene);
        const judged = seen.map((one) => judge(row.failure, one, row.promised));
        for (const one of judged) print(json ? JSON.stringify({ lab: 'failures', ...one }) : show(one));
        verdicts.push(...judged);
      }
    } finally {
      await scene.close();
    }
    for (const failure of skipped) say(`skipped, there is no nginx here: ${failure}`);
    const ok = verdicts.every((verdict) => verdict.ok);
    if (json) print(JSON.stringify({ lab: 'failures', lesson: ok ? 'ok' : 'failed', skipped: skipped.length }));
    if (values['write']) writeFileSync(page, withTable(readFileSync(page, 'utf8'), tableOf(verdicts)));
    return ok;
  },
};
