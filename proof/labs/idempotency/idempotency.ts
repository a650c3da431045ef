/**
 * A payment of $100 fails at every place on its way, with two gateways and two payments services.
 * Each case runs with and without the protection of the Idempotency-Key.
 */
import { openSandbox, type Sandbox } from '../../harness/sandbox/sandbox.ts';
import { signIn } from '../../harness/clients/session.ts';
import { orInterrupted } from '@halftone/tools/os/interruption.ts';
import { lessonOf, casesOf, type Lesson, type OperationName, type CaseResult } from './failure-case.ts';
import { runCase, type CaseContext } from './run-case.ts';

export interface LabOptions {
  operations: readonly OperationName[];
  note: (text: string) => void;
  onResult: (result: CaseResult) => void;
  signal: AbortSignal;
}

/** A planted bug of the test build: every process ignores keys. */
const unprotected = 'idempotency.ignored=bug';

export async function idempotencyLab({ operations, note, onResult, signal }: LabOptions): Promise<Lesson> {
  const sandbox = await openSandbox({
    name: 'lab',
    replicas: { gateway: 2, payments: 2, graph: 0, realtime: 1 },
    testBuild: true,
    paired: true,
    note,
    signal,
  });
  try {
    const context = { sandbox, session: await signIn(sandbox.urls.gateway, 'load-1'), recipient: 'load-2' };
    const all: CaseResult[] = [];
    for (const protection of ['on', 'off'] as const) {
      if (protection === 'off') await protectNothing(sandbox);
      for (const operation of operations) all.push(...(await runAll(operation, context, protection, onResult, signal)));
    }
    return lessonOf(all);
  } finally {
    await sandbox.close();
  }
}

async function runAll(
  operation: OperationName,
  context: CaseContext,
  protection: CaseResult['protection'],
  onResult: (result: CaseResult) => void,
  signal: AbortSignal,
): Promise<CaseResult[]> {
  const all: CaseResult[] = [];
  for (const failureCase of casesOf(operation)) {
    signal.throwIfAborted();
    const one = await orInterrupted(runCase(failureCase, context, protection), signal);
    onResult(one);
    all.push(one);
  }
  return all;
}

const protectNothing = (sandbox: Sandbox): Promise<unknown> =>
  Promise.all(sandbox.processes().map((process) => sandbox.arm(process, unprotected)));
