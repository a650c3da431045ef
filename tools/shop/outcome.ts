/** The last line for programs, and the addresses for people. */
import { demoPassword } from './settings.ts';
import { rssMiB } from './memory.ts';
import type { RunState } from '../os/run-state.ts';

export interface TourVerdict {
  ok: boolean;
  lost: number;
  duplicated: number;
}

export interface Outcome {
  tour: 'ok' | 'failed' | 'skipped';
  lost: number;
  duplicated: number;
  /** From the command's beginning until all were ready. */
  startMs: number;
  rssMiB: Record<string, number>;
}

export function outcomeOf(verdict: TourVerdict | undefined, startMs: number, run: RunState | undefined): Outcome {
  const { ok, lost = 0, duplicated = 0 } = verdict ?? {};
  const tour = ok === undefined ? 'skipped' : ok ? 'ok' : 'failed';
  return { tour, lost, duplicated, startMs, rssMiB: rssMiB(run?.services ?? []) };
}

export const addresses = ({ urls }: RunState): string[] => [
  `REST      ${urls.gateway}   (requests to try in docs/http)`,
  `sign in   as alice, bob or the operator olga; password ${demoPassword()} (everybody knows it: for this machine only)`,
  `GraphQL   ${urls.graphql}`,
  ...urls.realtime.map((url) => `events    ${url}/v1/events`),
  ...(urls.console ? [`page      ${urls.console}/console/#call:demo   (a call between two browsers)`] : []),
];
