/** Writes the findings of verify, as text or as JSON lines. */
import type { Samples } from './ledger-sampler.ts';
import type { InvariantStatus } from './invariant-status.ts';
import type { Result, Verdict } from './verify.ts';

export const say = (line: string): void => void process.stdout.write(`${line}\n`);
const sayJson = (value: unknown): void => say(JSON.stringify(value));

const indented = (value: unknown): string => JSON.stringify(value, null, 2).replaceAll(/^/gm, '    ');

function sayResult({ invariant, ok, checked, counterExample }: Result): void {
  say(`${ok ? '✔' : '✘'} ${invariant.padEnd(26)} ${String(checked).padStart(7)} checked`);
  if (counterExample) say(indented(counterExample));
}

export function sayVerdict({ ok, checked, ms, results, wireDuplicates }: Verdict): void {
  for (const result of results) sayResult(result);
  const repeated = wireDuplicates > 0 ? `, ${wireDuplicates} records came twice on the wire and count once` : '';
  say(`${ok ? 'everything holds' : 'NOT EVERYTHING HOLDS'}: ${checked} checked in ${ms} ms${repeated}`);
}

export function sayVerdictAsJson({ ok, checked, ms, results, wireDuplicates, strangers }: Verdict): void {
  for (const result of results) sayJson(result);
  sayJson({ verify: ok ? 'ok' : 'failed', checked, ms, wireDuplicates, strangers });
}

const signs = { holds: '✔', unsettled: '…', broken: '✘' } as const;

export function sayChange(name: string, { state, result }: InvariantStatus): void {
  say(`${new Date().toISOString()} ${signs[state]} ${name} ${state}`);
  if (state === 'broken') say(indented(result.counterExample));
}

export const sayChangeAsJson = (
  invariant: string,
  { state, result: { checked, counterExample } }: InvariantStatus,
): void => sayJson({ time: new Date().toISOString(), invariant, state, checked, counterExample });

export function saySamples({ taken, unbalanced, firstUnbalanced }: Samples): void {
  say(`the ledger was summed up ${taken} times, ${unbalanced} of them it was not zero`);
  if (firstUnbalanced) say(indented(firstUnbalanced));
}

export const saySamplesAsJson = (samples: Samples): void => sayJson({ ledgerSamples: samples });
