/**
 * Engines from official images. A container and its volume are named after the engine and this checkout, so two
 * checkouts never share data. Data is in a named volume: files of the image's own users would not be ours to delete.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { environment, home, programHome, root } from '../os/config.ts';
import { capture, findProgram } from '../os/command.ts';
import { loadSecrets } from './secrets.ts';
import { failureLineOf } from '../os/log.ts';
import { Unavailable } from '../os/unavailable.ts';
import type { ContainerSpec, EngineContext } from './engine.ts';
import type { EngineName } from '../os/run-state.ts';

const shortHash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 8);

const containerOf = (name: EngineName) => `halftone-${name}-${shortHash(home === programHome ? root : home)}`;

/** Data belongs to the passwords it was created with: without `.halftone` new volumes are created. */
const volumeOf = (container: string) => `${container}-${shortHash(loadSecrets().superuserPassword)}`;
let engine: Promise<string> | undefined;

/** The container's name; throws Unavailable without a running Docker engine or without the image. */
export async function runContainer(name: EngineName, spec: ContainerSpec, context: EngineContext): Promise<string> {
  const docker = await (engine ??= runningEngine());
  await pull(docker, spec.image, context);
  const container = containerOf(name);
  await capture(docker, ['rm', '--force', container], { timeoutMs: 30_000 }).catch(() => '');
  const { outside, inside } = spec.publish;
  // By name, because every user of the machine sees the arguments of a process.
  const env = Object.keys(spec.env).flatMap((key) => ['--env', key]);
  const volume = spec.dataFolder ? ['--volume', `${volumeOf(container)}:${spec.dataFolder}`] : [];
  const options = ['--detach', '--name', container, '--publish', `127.0.0.1:${outside}:${inside}`, ...env, ...volume];
  // Not interruptible: the container would be created without a record of it.
  const run = { timeoutMs: 60_000, env: { ...environment, ...spec.env } };
  await capture(docker, ['run', ...options, spec.image, ...spec.args], run);
  return container;
}

export async function stopContainer(container: string, log: string): Promise<void> {
  const docker = findProgram('docker');
  if (!docker) return;
  await capture(docker, ['stop', '--time', '8', container], { timeoutMs: 40_000 }).catch(() => '');
  const said = await capture(docker, ['logs', container], { timeoutMs: 20_000 }).catch(() => '');
  if (said) {
    mkdirSync(dirname(log), { recursive: true });
    writeFileSync(log, said);
  }
  await capture(docker, ['rm', '--force', container], { timeoutMs: 40_000 }).catch(() => '');
}

/** Removes the volumes of this home's containers, whatever their passwords. Does nothing without Docker. */
export async function removeVolumes(names: readonly EngineName[]): Promise<void> {
  const docker = findProgram('docker');
  if (!docker) return;
  const listed = await capture(docker, ['volume', 'ls', '--quiet'], { timeoutMs: 10_000 }).catch(() => '');
  const ours = listed.split('\n').filter((volume) => names.some((name) => volume.startsWith(`${containerOf(name)}-`)));
  if (ours.length > 0) await capture(docker, ['volume', 'rm', ...ours], { timeoutMs: 30_000 }).catch(() => '');
}

/** The last output of a container that has ended; undefined while it runs. */
export async function epitaphOf(container: string): Promise<string | undefined> {
  const docker = findProgram('docker') ?? 'docker';
  const running = await capture(docker, ['inspect', '--format', '{{.State.Running}}', container]).catch(
    () => 'unknown',
  );
  if (running.trim() !== 'false') return undefined;
  return failureLineOf(
    await capture('/bin/sh', ['-c', '"$0" logs --tail 200 "$1" 2>&1', docker, container]).catch(() => ''),
  );
}

/** Its program; throws Unavailable when it is not installed or no engine answers. */
export async function runningEngine(): Promise<string> {
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
