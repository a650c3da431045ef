/** Kills one engine, and starts it again at the same address with its data on disk. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { capture, findProgram } from '../os/command.ts';
import { readRecord, startEngine } from './engine-lifecycle.ts';
import { kafka } from './kafka.ts';
import { giveBackPort, isFreePort } from '@halftone/local';
import { birthOf, isAlive, signalProcess } from '../os/os-process.ts';
import { postgres } from './postgres.ts';
import { readRun, updateRun } from '../os/run-state.ts';
import { valkey } from './valkey.ts';
import type { StartedEngine } from './engine-lifecycle.ts';
import type { EngineContext } from './engine.ts';
import type { OsProcess } from '../os/os-process.ts';
import type { EngineName } from '../os/run-state.ts';

/** SIGKILL for the engine and its child processes; resolves when they have ended. */
export async function killEngine(name: EngineName): Promise<void> {
  const { pid, born, container, port } = readRecord(name) ?? {};
  if (container) await capture(findProgram('docker') ?? 'docker', ['kill', container], { timeoutMs: 30_000 });
  if (!pid || !born) return;
  const family = [{ pid, born }, ...descendantsOf(pid)];
  for (const member of family) signalProcess(member, 'SIGKILL');
  while (family.some(isAlive)) await sleep(10);
  if (port) await untilFree(port);
}

/** A process may still hold its sockets for a moment, and the engine needs the same port again. */
async function untilFree(port: number): Promise<void> {
  giveBackPort(port);
  for (let waited = 0; waited < 5_000 && !(await isFreePort(port)); waited += 20) await sleep(20);
}

/** Without waiting for its end. */
export function killEngineNow(name: EngineName): void {
  const { pid, born, container } = readRecord(name) ?? {};
  const docker = container && findProgram('docker');
  if (docker) spawn(docker, ['rm', '--force', container], { detached: true, stdio: 'ignore' }).unref();
  if (pid && born) signalProcess({ pid, born }, 'SIGKILL');
}

/** Resolves when it answers again. */
export async function reviveEngine(name: EngineName, context: EngineContext): Promise<void> {
  const { record, ready } = await start(name, context);
  await ready;
  const { engines } = readRun();
  if (engines && record.pid) updateRun({ engines: { ...engines, [name]: { ...engines[name], pid: record.pid } } });
}

function start(name: EngineName, context: EngineContext): Promise<StartedEngine> {
  if (name === 'postgres') return startEngine(postgres, context);
  return name === 'kafka' ? startEngine(kafka, context) : startEngine(valkey, context);
}

/** PostgreSQL's sessions lead groups of their own. */
function descendantsOf(pid: number): OsProcess[] {
  if (process.platform !== 'linux') return [];
  const children = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && parentOf(Number(entry)) === pid);
  return children.map(Number).flatMap((child) => {
    const born = birthOf(child);
    return [...(born ? [{ pid: child, born }] : []), ...descendantsOf(child)];
  });
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
