/** Nginx with Nchan: one worker, messages posted over HTTP, nothing kept. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from '@halftone/tools/os/command.ts';
import { noteChild } from '@halftone/tools/os/started.ts';
import { freePort } from '@halftone/local';
import { eventually } from '@halftone/tools/os/waiting.ts';
import { messageOf, usualBytes } from './peer/message.ts';
import type { BenchServer, Running, Transport } from './bench-server.ts';

const nchanModule = '/usr/lib/nginx/modules/ngx_nchan_module.so';

const config = (folder: string, port: number) => `
load_module ${nchanModule};
daemon off;
master_process on;
worker_processes 1;
pid ${folder}/pid;
error_log ${folder}/error.log;
events { worker_connections 30000; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port} backlog=65535;
    keepalive_requests 1000000;
    location = /pub { nchan_publisher; nchan_channel_id all; nchan_message_buffer_length 0; }
    location = /sub { nchan_subscriber websocket eventsource; nchan_channel_id all; nchan_subscriber_first_message newest; }
  }
}
`;

const handshakes: Readonly<Record<Transport, { request: string[]; upgrade?: boolean; readyAt: string }>> = {
  websocket: { request: ['GET /sub HTTP/1.1'], upgrade: true, readyAt: '\r\n\r\n' },
  sse: { request: ['GET /sub HTTP/1.1', 'Accept: text/event-stream'], readyAt: '\r\n\r\n' },
};

/** The nginx that can load Nchan. Throws, with how to get it. */
export function findNchan(): string {
  const nginx = findProgram('nginx') ?? '/usr/sbin/nginx';
  if (!existsSync(nginx) || !existsSync(nchanModule)) throw new Error('apt-get install nginx-light libnginx-mod-nchan');
  return nginx;
}

async function start(): Promise<Running> {
  const nginx = findNchan();
  const folder = mkdtempSync(join(tmpdir(), 'halftone-nchan-'));
  const port = await freePort();
  writeFileSync(join(folder, 'nginx.conf'), config(folder, port));
  const master = spawn(nginx, ['-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
  noteChild(master);
  const worker = await eventually('a worker of nginx', async () => {
    const children = readFileSync(`/proc/${master.pid}/task/${master.pid}/children`, 'utf8').trim();
    return children ? Number(children.split(' ')[0]) : undefined;
  });
  return {
    pids: () => [worker],
    targetFor: (transport) => ({ to: { host: '127.0.0.1', port }, handshake: handshakes[transport] }),
    publish: async (count) => {
      for (let sent = 0; sent < count; sent += 1) {
        await fetch(`http://127.0.0.1:${port}/pub`, { method: 'POST', body: messageOf(usualBytes) });
      }
    },
    stop: async () => {
      const gone = once(master, 'exit');
      master.kill('SIGTERM');
      await Promise.race([gone, sleep(2_000).then(() => master.kill('SIGKILL'))]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const nchan: BenchServer = { name: 'nchan', transports: ['websocket', 'sse'], start };
