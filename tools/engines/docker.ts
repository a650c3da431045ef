/**
 * Engines from official images. A container and its volume are named after the engine and this checkout, so two
 * checkouts never share data. Data is in a named volume: files of the image's own users would not be ours to delete.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { root } from './config.ts';
import { capture, findProgram } from './command.ts';
import { Unavailable } from './way.ts';
import type { EngineContext } from './engine.ts';
import type { EngineName } from './run-state.ts';

export interface ContainerSpec {
  image: string;
  /** The port inside; outside it is on 127.0.0.1 only. */
  publish: { outside: number; inside: number };
  env: Readonly<Record<string, string>>;
  /** Where the image keeps its data. */
  dataFolder?: string;
  args: readonly string[];
}

const checkout = createHash('sha256').update(root).digest('hex').slice(0, 8);
let engine: Promise<string> | undefined;

/** The container's name; throws Unavailable without a running Docker engine or without the image. */
export async function runContainer(name: EngineName, spec: ContainerSpec, context: EngineContext): Promise<string> {
  const docker = await (engine ??= runningEngine());
  await pull(docker, spec.image, context);
  const container = `halftone-${name}-${checkout}`;
  await capture(docker, ['rm', '--force', container], { timeoutMs: 30_000 }).catch(() => '');
  const { outside, inside } = spec.publish;
  const env = Object.entries(spec.env).flatMap(([key, value]) => ['--env', `${key}=${value}`]);
  const volume = spec.dataFolder ? ['--volume', `${container}:${spec.dataFolder}`] : [];
  const options = ['--detach', '--name', container, '--publish', `127.0.0.1:${outside}:${inside}`, ...env, ...volume];
  await capture(docker, ['run', ...options, spec.image, ...spec.args], { timeoutMs: 60_000, signal: context.signal });
  return container;
}

export async function stopContainer(container: string, log: string): Promise<void> {
  const docker = findProgram('docker');
  if (!docker) return;
  await capture(docker, ['stop', '--time', '20', container], { timeoutMs: 40_000 }).catch(() => '');
  const said = await capture(docker, ['logs', container], { timeoutMs: 20_000 }).catch(() => '');
  if (said) writeFileSync(log, said);
  await capture(docker, ['rm', '--force', container], { timeoutMs: 40_000 }).catch(() => '');
}

async function runningEngine(): Promise<string> {
  const docker = findProgram('docker');
  if (!docker) throw new Unavailable('docker is not installed');
  await capture(docker, ['info', '--format', '{{.ServerVersion}}'], { timeoutMs: 2_000 }).catch(() => {
    throw new Unavailable('no Docker engine answers');
  });
  return docker;
}

async function pull(docker: string, image: string, { note, signal }: EngineContext): Promise<void> {
  const present = await capture(docker, ['image', 'inspect', '--format', 'present', image]).catch(() => '');
  if (present) return;
  note(`pulling ${image}`);
  await capture(docker, ['pull', '--quiet', image], { timeoutMs: 300_000, signal }).catch((error: unknown) => {
    const reason = `${image} cannot be pulled (${error instanceof Error ? error.message : String(error)})`;
    note(reason);
    throw new Unavailable(reason);
  });
}
