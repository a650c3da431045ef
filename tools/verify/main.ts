/** `npm run verify [-- --json] [--patience SECONDS]`: exit code 0 only if every invariant holds. */
import { parseArgs } from 'node:util';
import { runningSources } from './sources.ts';
import { verify, type Result, type Verdict } from './verify.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean' }, patience: { type: 'string', default: '15' } } });

const say = (line: string) => process.stdout.write(`${line}\n`);

function sayResult({ invariant, ok, checked, counterExample }: Result): void {
  say(`${ok ? '✔' : '✘'} ${invariant.padEnd(26)} ${String(checked).padStart(7)} checked`);
  if (counterExample) say(JSON.stringify(counterExample, null, 2).replaceAll(/^/gm, '    '));
}

function sayAll({ ok, checked, ms, results, wireDuplicates }: Verdict): void {
  for (const result of results) sayResult(result);
  const repeated = wireDuplicates > 0 ? `, ${wireDuplicates} records came twice on the wire and count once` : '';
  say(`${ok ? 'everything holds' : 'NOT EVERYTHING HOLDS'}: ${checked} checked in ${ms} ms${repeated}`);
}

function sayJson({ ok, checked, ms, results, wireDuplicates, strangers }: Verdict): void {
  for (const result of results) say(JSON.stringify(result));
  say(JSON.stringify({ verify: ok ? 'ok' : 'failed', checked, ms, wireDuplicates, strangers }));
}

async function main(): Promise<void> {
  const patienceMs = Number(values.patience) * 1000;
  const verdict = await verify(runningSources(), { patienceMs });
  (values.json ? sayJson : sayAll)(verdict);
  process.exitCode = verdict.ok ? 0 : 1;
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  if (values.json) say(JSON.stringify({ verify: 'failed', error: message }));
  process.stderr.write(`verify could not judge: ${message}\n`);
  process.exitCode = 2;
});
