/** A real nginx in front of one replica, with good and bad settings. Its timeouts are short, so that the lab is quick. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { environment, home, searchPath } from '@halftone/tools/os/config.ts';
import { noteChild } from '@halftone/tools/os/started.ts';
import { findProgram } from '@halftone/tools/os/command.ts';
import { freePort } from '@halftone/local';
import { installMissing } from '@halftone/tools/check/debian.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';

export interface Nginx {
  /** Its idle timeout is longer than the heartbeat. It buffers unless the response forbids it. */
  patient: string;
  /** Its idle timeout is shorter than the heartbeat. */
  impatient: string;
  /** Buffers always. */
  alwaysBuffering: string;
  close(): Promise<void>;
}

export const heartbeatSeconds = 1;
const patientMs = 2_500;
const impatientMs = 700;

export const findNginx = (): string | undefined =>
  findProgram('nginx', [...searchPath, '/usr/sbin', '/usr/local/sbin']);

/** From Debian, where this may; undefined elsewhere. */
export async function installNginx(signal: AbortSignal, note: (text: string) => void): Promise<string | undefined> {
  await installMissing([{ packages: ['nginx-light'], ask: ['/usr/sbin/nginx', '-v'] }], signal, note);
  return findNginx();
}

const server = (port: number, upstream: string, readTimeoutMs: number, more = '') => `
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass ${upstream};
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_read_timeout ${readTimeoutMs}ms;
      proxy_buffering on;
      ${more}
    }
  }`;

function configuration(upstream: string, [patient, impatient, alwaysBuffering]: readonly number[]): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path temp-${name};`).join(' ')}
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  ${server(patient ?? 0, upstream, patientMs)}
  ${server(impatient ?? 0, upstream, impatientMs)}
  ${server(alwaysBuffering ?? 0, upstream, patientMs, 'proxy_ignore_headers X-Accel-Buffering;')}
}
`;
}

export async function startNginx(program: string, upstream: string): Promise<Nginx> {
  const folder = join(home, 'nginx');
  mkdirSync(folder, { recursive: true });
  const ports = [await freePort(), await freePort(), await freePort()] as const;
  writeFileSync(join(folder, 'nginx.conf'), configuration(upstream, ports));
  const child = spawn(program, ['-p', `${folder}/`, '-c', 'nginx.conf', '-e', 'stderr'], {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  noteChild(child);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [patient, impatient, alwaysBuffering] = ports.map((port) => `http://127.0.0.1:${port}`) as [
    string,
    string,
    string,
  ];
  const answers = async () => {
    if (child.exitCode !== null) throw new Error(`nginx does not start: ${said.trim()}`);
    return (await Promise.all(ports.map(isOpen))).every(Boolean) || undefined;
  };
  await eventually('nginx', answers, { withinMs: 10_000 });
  return { patient, impatient, alwaysBuffering, close: () => end(child) };
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.once('connect', () => socket.destroy()).once('error', () => resolve(false));
  });

async function end(child: ReturnType<typeof spawn>): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
