/** `npm run lab -- transfers`: how it is shown. */
import { killSandbox } from '../../harness/sandbox/sandbox.ts';
import { UsageError } from '@halftone/tools/terminal/usage-error.ts';
import type { Lab } from '../lab.ts';
import { transfersLab } from './transfers.ts';
import { complaintAbout, type Seen } from './transfers-verdict.ts';

const standardSeconds = 55;

function words(seen: Seen): string {
  switch (seen.about) {
    case 'upload':
    case 'download':
      return `${seen.about}: ${seen.arrived} of ${seen.bytes} bytes in ${seen.seconds} s, answered ${seen.status}`;
    case 'chat':
      return `chat: ${seen.sent} messages in ${seen.seconds} s, lost ${seen.lost}, duplicated ${seen.duplicated}`;
    case 'restart':
      return `${seen.process} was replaced, in ${seen.seconds} s`;
    case 'requests':
      return `short requests meanwhile: ${seen.count}, tried again ${seen.again}, failed ${seen.failed}`;
    default:
      return seen satisfies never;
  }
}

function secondsOf(value: unknown): number {
  const seconds = Number(value ?? standardSeconds);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= standardSeconds) return seconds;
  throw new UsageError(`--seconds is a whole number from 1 to ${standardSeconds}`);
}

export const transfers: Lab = {
  name: 'transfers',
  title: 'replace processes during slow uploads, downloads and a long chat',
  about: [
    'Three uploads and three downloads of 20 MiB over slow lines, 55 s each, and a chat of 90 s, while all processes of images are replaced.',
    'All bytes arrive at the first try, every message once, and no other request fails, although connections are replaced after 30 s.',
  ],
  options: { seconds: { type: 'string' } },
  optionsAbout: [`--seconds N    a shorter lab; the connections still live 30 s`],
  killNow: killSandbox,
  async run({ json, values, say, print, signal }) {
    const seconds = secondsOf(values['seconds']);
    const show = (seen: Seen) => {
      const complaint = complaintAbout(seen, seconds);
      const ok = complaint === undefined;
      if (json) print(JSON.stringify({ lab: 'transfers', ...seen, ok, ...(complaint && { complaint }) }));
      else print(`${ok ? '✔' : '✘'} ${words(seen)}${complaint ? `: ${complaint}` : ''}`);
    };
    const all = await transfersLab({ seconds, note: say, seen: show, signal });
    const ok = all.every((seen) => complaintAbout(seen, seconds) === undefined);
    if (json) print(JSON.stringify({ lab: 'transfers', lesson: ok ? 'ok' : 'failed' }));
    return ok;
  },
};
