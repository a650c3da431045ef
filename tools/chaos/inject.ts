/** Commits one fault and takes it back. Whatever happens meanwhile, what was made bad is good again when it resolves or rejects. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Arena } from '../arena/arena.ts';
import { eventually } from '../client/retry.ts';
import { joinAndLeave } from './rebalance.ts';
import { behave } from './bank-behaviour.ts';
import type { Planned } from './schedule.ts';
import type { Fault } from './scenario.ts';
import type { ServiceName } from '../supervisor/topology.ts';
import type { EngineName } from '../engines/run-state.ts';

/** How long the load gets to come to a failpoint. */
const hitWithinMs = 12_000;

/** False when nothing was hurt: no request came to the failpoint in time. */
export async function inject(
  { scenario: { fault }, replica }: Planned,
  arena: Arena,
  signal: AbortSignal,
): Promise<boolean> {
  const pause = (seconds: number) => sleep(seconds * 1000, undefined, { signal });
  switch (fault.kind) {
    case 'kill':
      arena.kill({ name: fault.service, replica });
      return true;
    case 'kill-at':
      return killAt(arena, fault.service, fault.failpoint, signal);
    case 'pause':
      arena.stop({ name: fault.service, replica });
      return undone(pause(fault.seconds), () => arena.cont({ name: fault.service, replica }), signal);
    case 'engine-restart':
      return engineAway(arena, fault.engine, () => pause(0), signal);
    case 'engine-down':
      return engineAway(arena, fault.engine, () => pause(fault.seconds), signal);
    case 'wire':
      return badWire(arena, fault, pause(fault.seconds), signal);
    case 'drop':
      arena.proxies[fault.engine].drop();
      return true;
    case 'flush':
      return withRedis(arena, async (redis) => {
        for (let time = 0; time < fault.times; time += 1) {
          await redis.flushall();
          await pause(0.2);
        }
      });
    case 'redis-full':
      return withRedis(arena, (redis) => redisFull(redis, pause(fault.seconds), signal));
    case 'clock':
      return stepClock(arena, fault.statements);
    case 'bank':
      return behave(arena, fault.behaviour, () => pause(fault.seconds), signal);
    case 'rebalance':
      return joinAndLeave(arena.sources.brokers, fault.groups, fault.seconds * 1000, signal);
    default:
      return fault satisfies never;
  }
}

/** Whoever interrupts ends the whole arena: then there is nothing to make good. */
async function undone(work: Promise<unknown>, undo: () => unknown, signal: AbortSignal): Promise<boolean> {
  try {
    await work;
    return true;
  } finally {
    if (!signal.aborted) await undo();
  }
}

/** Armed in every replica, for whoever comes first; the others are told to forget it. */
async function killAt(arena: Arena, name: ServiceName, failpoint: string, signal: AbortSignal): Promise<boolean> {
  const before = arena.processes(name);
  const died = () => before.filter(({ pid }) => !arena.processes(name).some((one) => one.pid === pid));
  await Promise.all(before.map((one) => arena.arm(one, `${failpoint}=kill*1`)));
  const hit = await eventually('a hit', () => (signal.aborted || died().length > 0 ? died().length > 0 : undefined), {
    withinMs: hitWithinMs,
    everyMs: 10,
  }).catch(() => false);
  const left = before.filter((one) => !died().includes(one));
  signal.throwIfAborted();
  // One that ends at this very moment has nothing to forget.
  await Promise.all(left.map((one) => arena.disarm(one).catch(() => undefined)));
  return hit;
}

async function engineAway(
  arena: Arena,
  engine: EngineName,
  meanwhile: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<boolean> {
  await arena.killEngine(engine);
  return undone(meanwhile(), () => arena.reviveEngine(engine), signal);
}

function badWire(
  arena: Arena,
  { engine, wire, ms = 0 }: Extract<Fault, { kind: 'wire' }>,
  until: Promise<unknown>,
  signal: AbortSignal,
): Promise<boolean> {
  arena.proxies[engine].set(wire === 'delay' ? { kind: 'delay', ms } : { kind: wire });
  return undone(until, () => arena.proxies[engine].set({ kind: 'pass' }), signal);
}

async function withRedis(arena: Arena, work: (redis: Redis) => Promise<unknown>): Promise<boolean> {
  const redis = new Redis(arena.run.engines.redis.url);
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
  await undone(until, () => redis.config('SET', 'maxmemory', '0'), signal);
}

async function stepClock(arena: Arena, statements: readonly string[]): Promise<boolean> {
  const client = new pg.Client({ connectionString: arena.sources.databaseUrl });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
    return true;
  } finally {
    await client.end();
  }
}
