/** `npm run lab -- refunds`: how it is shown. */
import { killSandbox } from '../../harness/sandbox/sandbox.ts';
import type { Lab } from '../lab.ts';
import { refundsLab } from './refunds.ts';
import { complaintAbout, type Seen } from './refunds-verdict.ts';

function show(seen: Seen, print: (text: string) => void): void {
  const { protection, attempt, status, code, back, total, broken } = seen;
  const complaint = complaintAbout(seen);
  const mark = complaint ? '✘' : protection === 'on' ? '✔' : '!';
  const answer = `${status}${code ? ` ${code}` : ''}`;
  const verdict = broken.length > 0 ? `verify: ${broken.join(', ')} broken` : 'verify: all hold';
  print(`${mark} protection ${protection}, ${attempt}: ${answer}, ${back} of ${total} came back, ${verdict}`);
  if (complaint) print(`    ${complaint}`);
}

function showJson(seen: Seen, print: (text: string) => void): void {
  const complaint = complaintAbout(seen);
  print(JSON.stringify({ lab: 'refunds', ...seen, ok: complaint === undefined, ...(complaint && { complaint }) }));
}

export const refunds: Lab = {
  name: 'refunds',
  title: 'ask for the money back after the prints were shipped',
  about: [
    'A customer waits until the prints are shipped and asks for a refund. With protection it is refused, and an operator decides',
    'on a refund request. Without it the customer has the prints and the money, and verify reports it.',
  ],
  killNow: killSandbox,
  async run({ json, say, print, signal }) {
    const seen = (one: Seen) => (json ? showJson : show)(one, print);
    const all = await refundsLab({ note: say, seen, signal });
    const ok = all.every((one) => complaintAbout(one) === undefined);
    if (json) print(JSON.stringify({ lab: 'refunds', lesson: ok ? 'ok' : 'failed' }));
    return ok;
  },
};
