/** Runs one case: a request to the first gateway fails on its way, then the same key goes to the second one. */
import { randomUUID } from 'node:crypto';
import type { Sandbox, ProcessName } from '../../harness/sandbox/sandbox.ts';
import { cutBeforeReading, cutWithinSend } from '../../harness/clients/cut.ts';
import { send, sendPatiently, type Reply, type Request } from '../../harness/clients/http.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import type { Session } from '../../harness/clients/session.ts';
import { untilIdle } from '../../harness/sandbox/work-in-progress.ts';
import { fundingBalance } from './funding-balance.ts';
import type { OperationName, FailureCase, CaseResult } from './failure-case.ts';

/** $100. */
const amount = 10_000;

export interface CaseContext {
  sandbox: Sandbox;
  session: Session;
  /** The customer who receives transfers. */
  recipient: string;
}

const bodies = (recipient: string): Record<OperationName, { path: string; body: object }> => ({
  transfer: { path: '/v1/transfers', body: { to: recipient, amount, currency: 'USD' } },
  'bank-payment': { path: '/v1/payments', body: { amount, currency: 'USD', description: 'lab', method: 'bank' } },
});

export async function runCase(
  failureCase: FailureCase,
  context: CaseContext,
  protection: CaseResult['protection'],
): Promise<CaseResult> {
  const { sandbox, session, recipient } = context;
  const { operation, failure, place } = failureCase;
  const [first = '', second = ''] = sandbox.gateways;
  const key = randomUUID();
  const steps: string[] = [];
  const { path, body } = bodies(recipient)[operation];
  const request = await requestOf(session, key, body);
  const balanceBefore = await fundingBalance(sandbox.sources.databaseUrl, operation, session.customer);
  const killed = await fail(failureCase, sandbox, `${first}${path}`, request, steps);
  const retried = await sendPatiently(`${second}${path}`, request, 60_000);
  steps.push(`the same key to gateway-2: ${wordsFor(retried)}`);
  await sandbox.allReady();
  const replayEqual = protection === 'on' ? await replay(`${first}${path}`, request, retried, steps) : null;
  await settled(sandbox);
  const balanceAfter = await fundingBalance(sandbox.sources.databaseUrl, operation, session.customer);
  const effects = (balanceBefore - balanceAfter) / amount;
  steps.push(`the balance went from ${balanceBefore} to ${balanceAfter}: ${effects} × ${amount}`);
  const facts = { protection, operation, failure, failpoint: place?.failpoint ?? null, key, steps };
  return { ...facts, balanceBefore, balanceAfter, amount, effects, status: retried.status, replayEqual, killed };
}

async function requestOf(session: Session, key: string, body: object): Promise<Request> {
  const headers = {
    ...(await session.authorization()),
    'content-type': 'application/json',
    'idempotency-key': key,
  };
  return { method: 'POST', headers, body: JSON.stringify(body) };
}

/** Whether the process was killed; null when the case kills none. */
async function fail(
  { failure, place }: FailureCase,
  sandbox: Sandbox,
  url: string,
  request: Request,
  steps: string[],
): Promise<boolean | null> {
  if (failure === 'never-arrived') {
    await cutWithinSend(url, request);
    steps.push('to gateway-1: the connection is lost before the last byte');
    return null;
  }
  if (failure === 'answer-lost' || !place) {
    await cutBeforeReading(url, request);
    steps.push('to gateway-1: the connection is lost when the answer comes');
    return null;
  }
  const target = { name: place.service, replica: 1 };
  const { pid } = sandbox.process(target);
  await sandbox.arm(target, `${place.failpoint}=kill*1`);
  // The process that answers is killed; the step says "no answer".
  const answer = await send(url, { ...request, timeoutMs: 8_000 }).catch(() => undefined);
  const killed = await isDead(sandbox, target, pid);
  if (!killed) await sandbox.disarm(target);
  const died = killed ? `${place.service}-1 is killed at ${place.failpoint}` : 'nobody is killed';
  steps.push(`to gateway-1: ${died}, ${answer ? wordsFor(answer) : 'no answer'}`);
  return killed;
}

const isDead = (sandbox: Sandbox, target: ProcessName, pid: number): Promise<boolean> =>
  eventually('its end', () => !sandbox.processes().some((one) => one.pid === pid) || undefined, {
    withinMs: 2_000,
    everyMs: 10,
  }).catch(() => false);

async function replay(url: string, request: Request, before: Reply, steps: string[]): Promise<boolean> {
  const again = await sendPatiently(url, request, 30_000);
  const equal = again.status === before.status && again.bytes.equals(before.bytes);
  steps.push(`once more to gateway-1: ${wordsFor(again)}, ${equal ? 'the same bytes' : `other bytes: ${again.text}`}`);
  return equal;
}

/** Another process finishes what the killed one has begun. */
async function settled(sandbox: Sandbox): Promise<void> {
  const { left } = await untilIdle(sandbox.sources.databaseUrl, 60_000);
  if (Object.keys(left).length > 0) throw new Error(`not quiet after a minute: ${JSON.stringify(left)}`);
}

function wordsFor({ status, headers, attempts }: Reply): string {
  const replayed = headers.get('idempotent-replayed') === 'true' ? ', replayed' : '';
  return `${status}${replayed}${attempts > 1 ? ` at try ${attempts}` : ''}`;
}
