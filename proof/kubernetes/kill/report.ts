/** The result of a kill, as data and as tables. Pure. */
import { linesOfTable } from '@halftone/tools/terminal/table.ts';
import type { ClientReport } from './listening-clients.ts';
import type { Placed } from './order-flow.ts';
import type { Replacement } from './pod-watch.ts';

export interface PodReport {
  pod: string;
  replacement?: Replacement;
}

export interface Outcome {
  /** Nothing lost, nothing twice, and every request answered in the end. */
  ok: boolean;
  component: string;
  pods: PodReport[];
  clients: ClientReport[];
  lost: number;
  duplicated: number;
  /** Of the clients that were cut: how long until the last was back. */
  worstBackMs: number;
  requests: { sent: number; retried: number; failed: number; worstMs: number; problems: string[] };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export function outcomeOf(
  component: string,
  pods: PodReport[],
  clients: ClientReport[],
  placed: readonly Placed[],
): Outcome {
  const lost = sum(clients.map((client) => client.lost));
  const duplicated = sum(clients.map((client) => client.duplicated));
  const failures = placed.filter(({ ok }) => !ok);
  return {
    ok: lost === 0 && duplicated === 0 && failures.length === 0,
    component,
    pods,
    clients,
    lost,
    duplicated,
    worstBackMs: Math.max(0, ...clients.map(({ backAfterMs = 0 }) => backAfterMs)),
    requests: {
      sent: placed.length,
      retried: placed.filter(({ attempts }) => attempts > 1).length,
      failed: failures.length,
      worstMs: Math.max(0, ...placed.map(({ ms }) => ms)),
      problems: failures.slice(0, 3).map(({ problem = '' }) => problem),
    },
  };
}

const columns = ['client', 'cut after', 'back after', 'cuts', 'received', 'lost', 'duplicated', 'resets'];

const milliseconds = (value: number | undefined): string => (value === undefined ? '-' : `${value} ms`);

function rowOf({ client, cutAfterMs, backAfterMs, cuts, received, lost, duplicated, resets }: ClientReport): string[] {
  return [
    client,
    milliseconds(cutAfterMs),
    milliseconds(backAfterMs),
    ...[cuts, received, lost, duplicated, resets].map(String),
  ];
}

export function linesOf({ ok, pods, clients, lost, duplicated, requests }: Outcome): string[] {
  const { sent, retried, failed, worstMs, problems } = requests;
  return [
    '',
    ...linesOfTable([columns, ...clients.map(rowOf)]),
    '',
    ...pods.map(
      ({ pod, replacement }) =>
        `${pod} → ${replacement?.pod ?? 'nothing'}, Ready after ${milliseconds(replacement?.readyAfterMs)}`,
    ),
    `${sent} orders: ${retried} sent again with the same key, ${failed} failed, the slowest took ${worstMs} ms`,
    ...problems.map((problem) => `  ${problem}`),
    `${ok ? '✔' : '✘'} lost ${lost}, duplicated ${duplicated}, failed ${failed}`,
  ];
}
