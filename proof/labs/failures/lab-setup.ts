/** The sandbox of the failures lab, nginx in front of it, and observers that listen while events are published. */
import { setTimeout as sleep } from 'node:timers/promises';
import { comesTrue } from '@halftone/tools/os/waiting.ts';
import { transportNames, type Timeouts, type TransportName } from '@halftone/client';
import { openRealtimeSandbox, type RealtimeSandbox } from '../../harness/sandbox/realtime/realtime-sandbox.ts';
import { TimedListener } from './timed-listener.ts';
import { findNginx, heartbeatSeconds, installNginx, startNginx, type Nginx } from './nginx.ts';
import type { Observation, Promised } from './verdict.ts';

/** One failure: what is done, and what each client must see. */
export interface Row {
  failure: string;
  promised: Promised;
  /** Returns what each client saw. */
  run(setup: LabSetup): Promise<Observation[]>;
  needsNginx?: true;
}

export interface LabSetup {
  sandbox: RealtimeSandbox;
  nginx: Nginx | undefined;
  signal: AbortSignal;
  close(): Promise<void>;
}

interface SetupOptions {
  note: (text: string) => void;
  signal: AbortSignal;
}

/** Low, so that some hundred concurrent clients meet the limit. */
const acceptsPerSecond = 100;

export async function openSetup({ note, signal }: SetupOptions): Promise<LabSetup> {
  const settings = {
    REALTIME_HEARTBEAT_SECONDS: String(heartbeatSeconds),
    REALTIME_ACCEPTS_PER_SECOND: String(acceptsPerSecond),
  };
  const sandbox = await openRealtimeSandbox({ name: 'lab-failures', replicas: 2, settings, note, signal });
  try {
    const program = findNginx() ?? (await installNginx(signal, note));
    const nginx = program === undefined ? undefined : await startNginx(program, sandbox.urls[0] ?? '');
    const close = async () => {
      await nginx?.close();
      await sandbox.close();
    };
    return { sandbox, nginx, signal, close };
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}

export interface Observer {
  transport: TransportName;
  customer: string;
  listener: TimedListener;
}

/** When the failure began and ended, with remarks about each client. */
export interface FailureTimes {
  failedAt: number;
  wellAt: number;
  about?: (observer: Observer) => { remark?: string; complaint?: string };
}

export interface ObserverOptions {
  urls(transport: TransportName): readonly string[];
  /** One transport per client by default. */
  transports?: (transport: TransportName) => readonly TransportName[];
  timeouts?: Partial<Timeouts>;
  /** Interval between events of a channel. Without it there is one event before and one after. */
  everyMs?: number;
}

const settleMs = 20_000;
let customers = 0;

/** A new customer, whose channel is empty. */
export const newCustomer = (): string => `failures-${(customers += 1)}`;
export const channelOf = (customer: string): string => `customer:${customer}`;

export const publish = (sandbox: RealtimeSandbox, customer: string, count = 1): Promise<number> =>
  sandbox.publisher.publish(
    channelOf(customer),
    Array.from({ length: count }, () => ({ data: { at: Date.now() } })),
  );

export const until = (holds: () => boolean, signal: AbortSignal, withinMs = settleMs): Promise<boolean> =>
  comesTrue(holds, { withinMs, signal });

/** Causes the failure for one client per transport, then waits until each has the last event, with a timeout. */
export async function observe(
  { sandbox, signal }: LabSetup,
  options: ObserverOptions,
  fail: (observers: readonly Observer[]) => Promise<FailureTimes>,
): Promise<Observation[]> {
  const observers = transportNames.map((transport) => join(sandbox, options, transport));
  try {
    await Promise.all(observers.map(({ customer }) => publish(sandbox, customer)));
    await until(() => observers.every(({ listener }) => listener.lastSeq === 1), signal);
    const times = await whilePublishing(sandbox, options, observers, () => fail(observers));
    await Promise.all(observers.map(({ customer }) => publish(sandbox, customer)));
    const last = (customer: string) => sandbox.publisher.last(channelOf(customer));
    await until(() => observers.every(({ customer, listener }) => listener.lastSeq === last(customer)), signal);
    return observers.map((one) => observed(one, times, last(one.customer)));
  } finally {
    await Promise.all(observers.map(({ listener }) => listener.close()));
  }
}

/** Publishes an event every `everyMs` during the failure. */
async function whilePublishing<T>(
  sandbox: RealtimeSandbox,
  { everyMs }: ObserverOptions,
  observers: readonly Observer[],
  fail: () => Promise<T>,
): Promise<T> {
  if (everyMs === undefined) return fail();
  const stop = publishSteadily(sandbox, observers, everyMs);
  try {
    return await fail();
  } finally {
    await stop();
  }
}

function join(
  sandbox: RealtimeSandbox,
  { urls, transports, timeouts }: ObserverOptions,
  transport: TransportName,
): Observer {
  const customer = newCustomer();
  const listener = new TimedListener({
    transports: transports?.(transport) ?? [transport],
    urls: urls(transport),
    token: () => sandbox.token(customer),
    ...(timeouts && { timeouts }),
  });
  return { transport, customer, listener };
}

function observed(one: Observer, { failedAt, wellAt, about }: FailureTimes, published: number): Observation {
  const { received, resets, cuts } = one.listener;
  return { transport: one.transport, received, resets, cuts, published, failedAt, wellAt, ...about?.(one) };
}

/** Call the returned function to stop; it resolves when the last event is published. */
export function publishSteadily(
  sandbox: RealtimeSandbox,
  listeners: readonly { customer: string }[],
  everyMs: number,
): () => Promise<void> {
  let isOver = false;
  const publishing = (async () => {
    while (!isOver) {
      await Promise.all(listeners.map(({ customer }) => publish(sandbox, customer)));
      await sleep(everyMs);
    }
  })();
  return () => {
    isOver = true;
    return publishing;
  };
}
