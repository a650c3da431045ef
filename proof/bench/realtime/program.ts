/** A peer server as a process: it prints its port and sends messages when a number is written to it. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { root } from '@halftone/tools/os/config.ts';
import { noteChild } from '@halftone/tools/os/started.ts';
import type { Running } from './bench-server.ts';
import type { PoolTarget } from '../../harness/clients/pool/client-pool.ts';

type Program = ChildProcessByStdio<Writable, Readable, null>;

export const peerFile = (name: string): string => join(root, 'proof/bench/realtime/peer', name);

export async function runProgram(
  command: string,
  args: readonly string[],
  targetFor: (port: number) => Running['targetFor'],
): Promise<Running> {
  const child: Program = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  noteChild(child);
  const port = await portOf(child);
  return {
    pids: () => [child.pid ?? 0],
    targetFor: targetFor(port),
    publish: async (count) => void child.stdin.write(`${count}\n`),
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

const portOf = (child: Program): Promise<number> =>
  new Promise((resolve, reject) => {
    createInterface(child.stdout).once('line', (line) => resolve(Number(line)));
    child.once('exit', (code) => reject(new Error(`${child.spawnfile} ended with ${code} before it listened`)));
    child.once('error', reject);
  });

/** A WebSocket at the root that greets with `welcome`. */
export const plainWebSocket = (port: number) => (): PoolTarget => ({
  to: { host: '127.0.0.1', port },
  handshake: { request: ['GET / HTTP/1.1'], upgrade: true, readyAt: 'welcome' },
});
