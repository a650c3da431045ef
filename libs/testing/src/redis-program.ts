import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

type Signal = 'SIGKILL' | 'SIGSTOP' | 'SIGCONT';

export interface RunningRedis {
  process: ChildProcess;
  signal(name: Signal): void;
}

/** Starts a Redis on this port of this machine. */
export type RedisProgram = (port: number, settings: readonly string[]) => RunningRedis;

/** The program of the Redis whose INFO this is, or the image of the container that listens on its port. */
export async function findProgram(info: string, port: string): Promise<RedisProgram> {
  const program = /^executable:(.+?)\r?$/m.exec(info)?.[1];
  if (program && existsSync(program)) return ofProgram(program);
  const query = ['ps', '--filter', `publish=${port}`, '--format', '{{.Image}}'];
  const { stdout } = await promisify(execFile)('docker', query);
  const [image] = stdout.split('\n');
  if (!image) throw new Error('the Redis of the tests is on another machine: this test needs one that it can kill');
  return ofImage(image);
}

const ofProgram =
  (program: string): RedisProgram =>
  (port, settings) => {
    const address = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', '/tmp'];
    const process = spawn(program, [...address, ...settings], { stdio: 'ignore' });
    return { process, signal: (name) => void process.kill(name) };
  };

/** `docker run` runs as long as the container does. */
const ofImage =
  (image: string): RedisProgram =>
  (port, settings) => {
    const container = `halftone-test-redis-${randomUUID()}`;
    const options = ['--rm', '--name', container, '--publish', `127.0.0.1:${port}:${port}`];
    const address = ['--port', `${port}`, '--protected-mode', 'no'];
    const process = spawn('docker', ['run', ...options, image, ...address, ...settings], { stdio: 'ignore' });
    return { process, signal: (name) => void execFileSync('docker', ['kill', '--signal', name, container]) };
  };
