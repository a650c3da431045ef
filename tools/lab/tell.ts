/** Lets one story happen: a request to the first gateway that fails on its way, then the same key to the second one. */
import { randomUUID } from 'node:crypto';
import type { Arena, ProcessName } from '../arena/arena.ts';
import { cutBeforeReading, cutWithinSend } from '../client/cut.ts';
import { send, sendPatiently, type Reply, type Request } from '../client/http.ts';
import { eventually } from '../client/retry.ts';
import type { Session } from '../client/session.ts';
import { untilQuiet } from '../chaos/quiet.ts';
import { balanceIn } from './purse.ts';
import type { OperationName, Story, Told } from './story.ts';

/** $100. */
export const amount = 10_000;

export interface Stage {
  arena: Arena;
  session: Session;
  /** Who gets what is transferred. */
  recipient: string;
}

const bodies = (recipient: string): Record<OperationName, { path: string; body: object }> => ({
  transfer: { path: '/v1/transfers', body: { to: recipient, amount, currency: 'USD' } },
  'bank-payment': { path: '/v1/payments', body: { amount, currency: 'USD', description: 'lab', method: 'bank' } },
});

export async function tell(story: Story, stage: Stage, protection: Told['protection']): Promise<Told> {
  const { arena, session, recipient } = stage;
  const { operation, failure, place } = story;
  const [first = '', second = ''] = arena.gateways;
  const key = randomUUID();
  const steps: string[] = [];
  const { path, body } = bodies(recipient)[operation];
  const request = await requestOf(session, key, body);
  const balanceBefore = await balanceIn(arena.sources.databaseUrl, operation, session.customer);
  const killed = await fail(story, arena, `${first}${path}`, request, steps);
  const retried = await sendPatiently(`${second}${path}`, request, 60_000);
  steps.push(`the same key to gateway-2: ${wordsFor(retried)}`);
  await arena.allReady();
  const replayEqual = protection === 'on' ? await replay(`${first}${path}`, request, retried, steps) : null;
  await settled(arena);
  const balanceAfter = await balanceIn(arena.sources.databaseUrl, operation, session.customer);
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

/** Whether the process that was to be killed was; null when none was to be. */
async function fail(
  { failure, place }: Story,
  arena: Arena,
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
  const { pid } = arena.process(target);
  await arena.arm(target, `${place.failpoint}=kill*1`);
  const answer = await send(url, { ...request, timeoutMs: 8_000 }).catch(() => undefined);
  const killed = await isDead(arena, target, pid);
  if (!killed) await arena.disarm(target);
  const died = killed ? `${place.service}-1 is killed at ${place.failpoint}` : 'nobody is killed';
  steps.push(`to gateway-1: ${died}, ${answer ? wordsFor(answer) : 'no answer'}`);
  return killed;
}

const isDead = (arena: Arena, target: ProcessName, pid: number): Promise<boolean> =>
  eventually('its end', () => !arena.processes().some((one) => one.pid === pid) || undefined, {
    withinMs: 2_000,
    everyMs: 10,
  }).catch(() => false);

async function replay(url: string, request: Request, before: Reply, steps: string[]): Promise<boolean> {
  const again = await sendPatiently(url, request, 30_000);
  const equal = again.status === before.status && again.bytes.equals(before.bytes);
  steps.push(`once more to gateway-1: ${wordsFor(again)}, ${equal ? 'the same bytes' : `other bytes: ${again.text}`}`);
  return equal;
}

/** What a killed process has left half done is finished by others. */
async function settled(arena: Arena): Promise<void> {
  const { left } = await untilQuiet(arena.sources.databaseUrl, 60_000);
  if (Object.keys(left).length > 0) throw new Error(`not quiet after a minute: ${JSON.stringify(left)}`);
}

function wordsFor({ status, headers, attempts }: Reply): string {
  const replayed = headers.get('idempotent-replayed') === 'true' ? ', replayed' : '';
  return `${status}${replayed}${attempts > 1 ? ` at try ${attempts}` : ''}`;
}
