/** A server of the bench project as a process: it says its port, and speaks when a number is written to it. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { root } from '../../engines/config.ts';
import type { Running } from './contestant.ts';
import type { Where } from '../../crowd/crowd.ts';

type Program = ChildProcessByStdio<Writable, Readable, null>;

export const peerFile = (name: string): string => join(root, 'tools/bench/realtime/peer', name);

export async function runProgram(
  command: string,
  args: readonly string[],
  where: (port: number) => Running['where'],
): Promise<Running> {
  const child: Program = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const port = await portOf(child);
  return {
    pids: () => [child.pid ?? 0],
    where: where(port),
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
export const plainWebSocket = (port: number) => (): Where => ({
  to: { host: '127.0.0.1', port },
  words: { request: ['GET / HTTP/1.1'], upgrade: true, readyAt: 'welcome' },
});
