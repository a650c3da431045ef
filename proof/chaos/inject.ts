/** Injects one fault and undoes it, also when it fails meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Sandbox } from '../harness/sandbox/sandbox.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import { joinAndLeave } from './rebalance.ts';
import { withBankBehaviour } from './bank-behaviour.ts';
import type { Planned } from './schedule.ts';
import type { Fault } from './scenario.ts';
import type { ServiceName } from '@halftone/tools/shop/topology.ts';
import type { EngineName } from '@halftone/tools/os/run-state.ts';

/** How long a request may take to reach the failpoint. */
const hitWithinMs = 12_000;

/** False when the fault had no effect: no request reached the failpoint in time. */
export async function inject(
  { scenario: { fault }, replica }: Planned,
  sandbox: Sandbox,
  signal: AbortSignal,
): Promise<boolean> {
  const pause = (seconds: number) => sleep(seconds * 1000, undefined, { signal });
  switch (fault.kind) {
    case 'kill':
      sandbox.kill({ name: fault.service, replica });
      return true;
    case 'kill-at':
      return killAt(sandbox, fault.service, fault.failpoint, signal);
    case 'pause':
      sandbox.stop({ name: fault.service, replica });
      return withUndo(pause(fault.seconds), () => sandbox.cont({ name: fault.service, replica }), signal);
    case 'engine-restart':
      return engineAway(sandbox, fault.engine, () => pause(0), signal);
    case 'engine-down':
      return engineAway(sandbox, fault.engine, () => pause(fault.seconds), signal);
    case 'wire':
      return badWire(sandbox, fault, pause(fault.seconds), signal);
    case 'drop':
      sandbox.proxies[fault.engine].drop();
      return true;
    case 'flush':
      return withRedis(sandbox, async (redis) => {
        for (let time = 0; time < fault.times; time += 1) {
          await redis.flushall();
          await pause(0.2);
        }
      });
    case 'redis-full':
      return withRedis(sandbox, (redis) => redisFull(redis, pause(fault.seconds), signal));
    case 'clock':
      return stepClock(sandbox, fault.statements);
    case 'bank':
      return withBankBehaviour(sandbox, fault.behaviour, () => pause(fault.seconds), signal);
    case 'rebalance':
      return joinAndLeave(sandbox.sources.brokers, fault.groups, fault.seconds * 1000, signal);
    default:
      return fault satisfies never;
  }
}

/** After an interruption the sandbox is closed, so there is nothing to undo. */
async function withUndo(work: Promise<unknown>, undo: () => unknown, signal: AbortSignal): Promise<boolean> {
  try {
    await work;
    return true;
  } finally {
    if (!signal.aborted) await undo();
  }
}

/** Armed in every replica. The first that reaches it dies; the others are disarmed. */
async function killAt(sandbox: Sandbox, name: ServiceName, failpoint: string, signal: AbortSignal): Promise<boolean> {
  const before = sandbox.processes(name);
  const died = () => before.filter(({ pid }) => !sandbox.processes(name).some((one) => one.pid === pid));
  await Promise.all(before.map((one) => sandbox.arm(one, `${failpoint}=kill*1`)));
  const hit = await eventually('a hit', () => (signal.aborted || died().length > 0 ? died().length > 0 : undefined), {
    withinMs: hitWithinMs,
    everyMs: 10,
  }).catch(() => false);
  const left = before.filter((one) => !died().includes(one));
  signal.throwIfAborted();
  // A process that ends at this moment needs no disarming.
  await Promise.all(left.map((one) => sandbox.disarm(one).catch(() => undefined)));
  return hit;
}

async function engineAway(
  sandbox: Sandbox,
  engine: EngineName,
  meanwhile: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<boolean> {
  await sandbox.killEngine(engine);
  return withUndo(meanwhile(), () => sandbox.reviveEngine(engine), signal);
}

function badWire(
  sandbox: Sandbox,
  { engine, wire, ms = 0 }: Extract<Fault, { kind: 'wire' }>,
  until: Promise<unknown>,
  signal: AbortSignal,
): Promise<boolean> {
  sandbox.proxies[engine].set(wire === 'delay' ? { kind: 'delay', ms } : { kind: wire });
  return withUndo(until, () => sandbox.proxies[engine].set({ kind: 'pass' }), signal);
}

async function withRedis(sandbox: Sandbox, work: (redis: Redis) => Promise<unknown>): Promise<boolean> {
  const redis = new Redis(sandbox.run.engines.redis.url);
  redis.on('error', () => undefined);
  try {
    await work(redis);
    return true;
  } finally {
    redis.disconnect();
  }
}

async function redisFull(redis: Redis, until: Promise<unknown>, signal: AbortSignal): Promise<void> {
  await redis.config('SET', 'maxmemory-policy', 'noeviction');
  await redis.config('SET', 'maxmemory', '1');
  await withUndo(until, () => redis.config('SET', 'maxmemory', '0'), signal);
}

async function stepClock(sandbox: Sandbox, statements: readonly string[]): Promise<boolean> {
  const client = new pg.Client({ connectionString: sandbox.sources.databaseUrl });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
    return true;
  } finally {
    await client.end();
  }
}
