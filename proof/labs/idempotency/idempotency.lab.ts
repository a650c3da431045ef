/** `npm run lab -- idempotency`: its options and its output. */
import { UsageError } from '@halftone/tools/terminal/usage-error.ts';
import { killSandbox } from '../../harness/sandbox/sandbox.ts';
import { idempotencyLab } from './idempotency.ts';
import { type Lab, namesIn } from '../lab.ts';
import { complaintAbout, places, type OperationName, type CaseResult } from './failure-case.ts';

function show(result: CaseResult, print: (text: string) => void): void {
  const { protection, operation, failure, failpoint, key, steps, effects } = result;
  const complaint = protection === 'on' ? complaintAbout(result) : undefined;
  const mark = protection === 'off' ? (effects > 1 ? '!' : ' ') : complaint ? '✘' : '✔';
  const where = failpoint ? ` at ${failpoint}` : '';
  print(`${mark} protection ${protection}, ${operation}, ${failure}${where}, key ${key}`);
  for (const step of steps) print(`    ${step}`);
  if (complaint) print(`    ${complaint}`);
}

function showJson(result: CaseResult, print: (text: string) => void): void {
  const complaint = result.protection === 'on' ? complaintAbout(result) : undefined;
  print(
    JSON.stringify({ lab: 'idempotency', ...result, ok: complaint === undefined, ...(complaint && { complaint }) }),
  );
}

function operationsOf(names: readonly string[]): OperationName[] {
  const known = Object.keys(places) as OperationName[];
  const unknown = names.find((name) => !known.some((one) => one === name));
  if (unknown) throw new UsageError(`no operation is called '${unknown}'; there are ${known.join(', ')}`);
  return names.length > 0 ? known.filter((name) => names.includes(name)) : known;
}

export const idempotency: Lab = {
  name: 'idempotency',
  title: 'break a transfer at each step and repeat it with the same key',
  about: [
    '$100 is sent and the request fails: it never arrives, a process on its way is killed, or its answer is lost.',
    'Then the same key goes to the other replica. With protection the money is taken once, without it twice.',
  ],
  options: { operation: { type: 'string', multiple: true } },
  choices: { operation: ['transfer', 'bank-payment'] },
  optionsAbout: ['--operation transfer|bank-payment   only this one; may be repeated'],
  killNow: killSandbox,
  async run({ json, values, say, print, signal }) {
    const onResult = (one: CaseResult) => (json ? showJson : show)(one, print);
    const operations = operationsOf(namesIn(values.operation));
    const { ok, cases, held, doubled } = await idempotencyLab({ operations, note: say, onResult, signal });
    if (json) print(JSON.stringify({ lab: 'idempotency', lesson: ok ? 'ok' : 'failed', cases, held, doubled }));
    else print(`${cases} cases: protected, ${held} took it exactly once; unprotected, ${doubled} took it twice`);
    return ok;
  },
};
