/** Where failures are made: a stage, what stands before it, and clients that listen while events trickle in. */
import { setTimeout as sleep } from 'node:timers/promises';
import { transportNames, type Patience, type TransportName } from '@halftone/client';
import { openStage, type Stage } from '../../stage/stage.ts';
import { Ear } from './ear.ts';
import { findNginx, heartbeatSeconds, installNginx, startNginx, type Nginx } from './nginx.ts';
import type { Observation, Promised } from './verdict.ts';

/** One failure: what is done, and what each client is promised. */
export interface Row {
  failure: string;
  promised: Promised;
  /** Says which nginx it needs, if any. */
  run(scene: Scene): Promise<Observation[]>;
  needsNginx?: true;
}

export interface Scene {
  stage: Stage;
  nginx: Nginx | undefined;
  signal: AbortSignal;
  close(): Promise<void>;
}

interface SceneOptions {
  note: (text: string) => void;
  signal: AbortSignal;
}

/** So few that a storm of some hundred meets the limit. */
export const acceptsPerSecond = 100;

export async function openScene({ note, signal }: SceneOptions): Promise<Scene> {
  const settings = {
    REALTIME_HEARTBEAT_SECONDS: String(heartbeatSeconds),
    REALTIME_ACCEPTS_PER_SECOND: String(acceptsPerSecond),
  };
  const stage = await openStage({ name: 'lab-failures', replicas: 2, settings, note, signal });
  try {
    const program = findNginx() ?? (await installNginx(signal, note));
    const nginx = program === undefined ? undefined : await startNginx(program, stage.urls[0] ?? '');
    const close = async () => {
      await nginx?.close();
      await stage.close();
    };
    return { stage, nginx, signal, close };
  } catch (error) {
    await stage.close();
    throw error;
  }
}

export interface Witness {
  transport: TransportName;
  customer: string;
  ear: Ear;
}

/** When it began to fail and when the way was whole again, with what a row has to say of each client. */
export interface Happening {
  failedAt: number;
  wellAt: number;
  about?: (witness: Witness) => { remark?: string; complaint?: string };
}

export interface Setting {
  urls(transport: TransportName): readonly string[];
  /** Each listens by one transport alone unless told. */
  transports?: (transport: TransportName) => readonly TransportName[];
  patience?: Partial<Patience>;
  /** Time between two events of each channel; without it there are no events but one before and one after. */
  everyMs?: number;
}

const settleMs = 20_000;
let customers = 0;

/** A customer that nobody has heard of: their channel is empty. */
export const someCustomer = (): string => `failures-${(customers += 1)}`;
export const channelOf = (customer: string): string => `customer:${customer}`;

export const publish = (stage: Stage, customer: string, count = 1): Promise<number> =>
  stage.publisher.publish(
    channelOf(customer),
    Array.from({ length: count }, () => ({ data: { at: Date.now() } })),
  );

export async function until(holds: () => boolean, signal: AbortSignal, withinMs = settleMs): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!holds() && performance.now() < deadline) await sleep(20, undefined, { signal });
  return holds();
}

/** Lets it happen to one client per transport, and then waits until each has heard the last event, or had time enough for it. */
export async function witness(
  { stage, signal }: Scene,
  setting: Setting,
  happen: (witnesses: readonly Witness[]) => Promise<Happening>,
): Promise<Observation[]> {
  const witnesses = transportNames.map((transport) => join(stage, setting, transport));
  try {
    await Promise.all(witnesses.map(({ customer }) => publish(stage, customer)));
    await until(() => witnesses.every(({ ear }) => ear.lastSeq === 1), signal);
    const trickle = setting.everyMs === undefined ? undefined : startTrickle(stage, witnesses, setting.everyMs);
    const happening = await happen(witnesses).finally(() => trickle?.());
    await Promise.all(witnesses.map(({ customer }) => publish(stage, customer)));
    const last = (customer: string) => stage.publisher.last(channelOf(customer));
    await until(() => witnesses.every(({ customer, ear }) => ear.lastSeq === last(customer)), signal);
    return witnesses.map((one) => observed(one, happening, last(one.customer)));
  } finally {
    await Promise.all(witnesses.map(({ ear }) => ear.close()));
  }
}

function join(stage: Stage, { urls, transports, patience }: Setting, transport: TransportName): Witness {
  const customer = someCustomer();
  const ear = new Ear({
    transports: transports?.(transport) ?? [transport],
    urls: urls(transport),
    token: () => stage.token(customer),
    ...(patience && { patience }),
  });
  return { transport, customer, ear };
}

function observed(one: Witness, { failedAt, wellAt, about }: Happening, published: number): Observation {
  const { heard, resets, cuts } = one.ear;
  return { transport: one.transport, heard, resets, cuts, published, failedAt, wellAt, ...about?.(one) };
}

/** Call the answer to stop; it resolves when the last event is out. */
export function startTrickle(
  stage: Stage,
  listeners: readonly { customer: string }[],
  everyMs: number,
): () => Promise<void> {
  let isOver = false;
  const telling = (async () => {
    while (!isOver) {
      await Promise.all(listeners.map(({ customer }) => publish(stage, customer)));
      await sleep(everyMs);
    }
  })();
  return () => {
    isOver = true;
    return telling;
  };
}
