/** `npm run lab -- failures`: what can go wrong with a connection, on purpose, and what the client sees of it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { killSandbox } from '../../harness/sandbox/sandbox.ts';
import { UsageError } from '@halftone/tools/terminal/usage-error.ts';
import { root } from '@halftone/tools/os/config.ts';
import type { Lab } from '../lab.ts';
import { networkCut, reconnects } from './network.rows.ts';
import { refresh } from './page.rows.ts';
import { buffers, alwaysBuffers, idleTimeoutAboveHeartbeat, idleTimeoutBelowHeartbeat } from './proxy.rows.ts';
import { openSetup, type Row } from './lab-setup.ts';
import { killed, restarted, spike } from './server.rows.ts';
import { tableOf, withTable } from './table.ts';
import { judge, type Verdict } from './verdict.ts';

const rows: readonly Row[] = [
  ...[networkCut, reconnects, restarted, killed, spike, refresh],
  ...[idleTimeoutAboveHeartbeat, idleTimeoutBelowHeartbeat, buffers, alwaysBuffers],
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
  title: 'break connections in every way and show what the client sees',
  about: [
    'a cut network, restarted, killed and overrun servers, proxies that cut and buffer (a real nginx), reloaded pages:',
    'what a client sees of each over WebSocket, SSE and long polls. Nothing lost, nothing twice, in order, and back soon.',
  ],
  options: { write: { type: 'boolean', default: false }, only: { type: 'string' } },
  optionsAbout: [
    '--write        puts the table into docs/failures.md',
    '--only WORD    the failures that the word is part of',
  ],
  killNow: killSandbox,
  async run({ json, values, say, print, signal }) {
    const only = typeof values['only'] === 'string' ? values['only'] : '';
    const chosen = rows.filter(({ failure }) => failure.includes(only));
    if (chosen.length === 0)
      throw new UsageError(`no failure has '${only}' in its name; npm run lab -- failures has them all`);
    const setup = await openSetup({ note: say, signal });
    const verdicts: Verdict[] = [];
    const skipped: string[] = [];
    try {
      for (const row of chosen) {
        if (row.needsNginx && !setup.nginx) {
          skipped.push(row.failure);
          continue;
        }
        signal.throwIfAborted();
        const seen = await row.run(setup);
        const judged = seen.map((one) => judge(row.failure, one, row.promised));
        for (const one of judged) print(json ? JSON.stringify({ lab: 'failures', ...one }) : show(one));
        verdicts.push(...judged);
      }
    } finally {
      await setup.close();
    }
    for (const failure of skipped) say(`skipped, there is no nginx here: ${failure}`);
    const ok = verdicts.every((verdict) => verdict.ok);
    if (json) print(JSON.stringify({ lab: 'failures', lesson: ok ? 'ok' : 'failed', skipped: skipped.length }));
    if (values['write']) writeFileSync(page, withTable(readFileSync(page, 'utf8'), tableOf(verdicts)));
    return ok;
  },
};
