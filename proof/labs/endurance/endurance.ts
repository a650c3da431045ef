/**
 * The same events go to many clients over every transport, while their processes are killed one after the other and replaced once.
 * No client may lose or duplicate an event, and every client reconnects soon.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TransportName } from '@halftone/client';
import { signalProcess } from '@halftone/tools/os/os-process.ts';
import { openRealtimeSandbox, type RealtimeSandbox } from '../../harness/sandbox/realtime/realtime-sandbox.ts';
import { EnduranceListener, type ListenerResult } from './endurance-listener.ts';
import { awaitedLater, comesTrue } from '@halftone/tools/os/waiting.ts';

export interface EnduranceLoad {
  events: number;
  clients: Readonly<Record<TransportName, number>>;
  replicas: number;
  kills: number;
}

export interface EnduranceResult {
  results: ListenerResult[];
  kills: number;
  rolled: number;
  ms: number;
}

export interface EnduranceRun {
  note: (text: string) => void;
  signal: AbortSignal;
}

const customer = 'alice';
const channel = `customer:${customer}`;
/** Batches of events while processes are killed. */
const step = { events: 15, everyMs: 100 };
/** From a process that is ready again to the next kill. */
const restMs = 300;
/** How long the last event may take to reach every client after the recovery. */
const settleMs = 60_000;

export async function runEndurance(load: EnduranceLoad, { note, signal }: EnduranceRun): Promise<EnduranceResult> {
  const sandbox = await openRealtimeSandbox({ name: 'lab-endurance', replicas: load.replicas, note, signal });
  const listeners: EnduranceListener[] = [];
  try {
    const begun = performance.now();
    for (const transport of Object.keys(load.clients) as TransportName[]) {
      const join = () => new EnduranceListener(transport, sandbox.urls, () => sandbox.token(customer));
      listeners.push(...Array.from({ length: load.clients[transport] }, join));
    }
    await until(() => listeners.every(({ isOpen }) => isOpen), signal);
    note(`${listeners.length} clients listen`);
    const disruption = killProcesses(sandbox, load.kills, note, signal);
    await publishAll(sandbox, load.events, disruption, signal);
    const rolled = await disruption;
    await until(() => listeners.every(({ lastSeq }) => lastSeq === load.events), signal);
    const results = await Promise.all(listeners.map((listener) => listener.end(load.events)));
    return { results, kills: load.kills, rolled, ms: Math.round(performance.now() - begun) };
  } finally {
    // Ended already, or broken by the failure that is thrown; the sandbox must be closed in any case.
    await Promise.all(listeners.map((listener) => listener.end(0).catch(() => undefined)));
    await sandbox.close();
  }
}

/** Ends after a timeout too; missing events then show in the counts. */
const until = (holds: () => boolean, signal: AbortSignal): Promise<boolean> =>
  comesTrue(holds, { withinMs: settleMs, signal, everyMs: 50 });

/** SIGKILL to one process after the other, each as soon as the one before is back; halfway, all are replaced in order. */
async function killProcesses(
  sandbox: RealtimeSandbox,
  kills: number,
  note: (text: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const replicas = sandbox.processes.map(({ replica }) => replica);
  let rolled = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    signal.throwIfAborted();
    if (kill === Math.floor(kills / 2)) {
      note(`${kill} processes were killed; now each is asked to leave`);
      for (const replica of replicas) rolled += await replace(sandbox, replica);
    }
    await sandbox.killAndAwait(replicas[kill % replicas.length] ?? 1);
    await sleep(restMs);
  }
  note(`${kills} processes were killed, ${rolled} left in order`);
  return rolled;
}

async function replace(sandbox: RealtimeSandbox, replica: number): Promise<number> {
  const of = { name: 'realtime', replica } as const;
  const leaving = sandbox.system.process(of);
  signalProcess(leaving, 'SIGTERM');
  await sandbox.system.ready(of, leaving.pid);
  await sleep(restMs);
  return 1;
}

/** A steady rate while processes are killed, and the rest immediately after that. */
async function publishAll(
  sandbox: RealtimeSandbox,
  events: number,
  disruption: Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  let calm = false;
  const settled = disruption.finally(() => (calm = true));
  void awaitedLater(settled);
  const left = () => events - sandbox.publisher.last(channel);
  // Some events are kept for the end, so that the last kill happens while events flow.
  while (!calm) {
    signal.throwIfAborted();
    if (left() > step.events) await sandbox.publisher.publishMany(channel, step.events);
    await sleep(step.everyMs);
  }
  await sandbox.publisher.publishMany(channel, left());
}
