import { join } from 'node:path';
import type { BenchServer, Running } from './bench-server.ts';
import { goProgram, npmPackage } from './installed.ts';
import { nchan } from './nchan.ts';
import { usualBytes } from './peer/message.ts';
import { peerFile, plainWebSocket, runProgram } from './program.ts';

const node = process.execPath;

const ws: BenchServer = {
  name: 'ws',
  transports: ['websocket'],
  start: () => usualWebSockets(usualBytes),
};

const resWrite: BenchServer = {
  name: 'res.write',
  transports: ['sse'],
  start: () =>
    runProgram(node, [peerFile('res-write.ts')], (port) => () => ({
      to: { host: '127.0.0.1', port },
      handshake: { request: ['GET / HTTP/1.1'], readyAt: 'welcome' },
    })),
};

const socketIo: BenchServer = {
  name: 'socket.io',
  transports: ['websocket'],
  start: async (signal) => {
    const folder = await npmPackage('socket.io', '4.8.4', signal);
    return runProgram(node, [peerFile('socket-io.ts'), join(folder, 'package.json')], (port) => () => ({
      to: { host: '127.0.0.1', port },
      handshake: {
        request: ['GET /socket.io/?EIO=4&transport=websocket HTTP/1.1'],
        upgrade: true,
        frames: ['40'],
        readyAt: '40{',
      },
    }));
  },
};

const bun: BenchServer = {
  name: 'bun',
  transports: ['websocket'],
  start: async (signal) => {
    const folder = await npmPackage('bun', '1.4.5', signal);
    const arch = process.arch === 'arm64' ? 'aarch64' : process.arch;
    const program = join(folder, `../@oven/bun-${process.platform}-${arch}/bin/bun`);
    return runProgram(program, [peerFile('bun.ts')], plainWebSocket);
  },
};

const centrifuge: BenchServer = {
  name: 'centrifuge',
  transports: ['websocket'],
  start: async (signal) =>
    runProgram(await goProgram('centrifuge', signal), [], (port) => () => ({
      to: { host: '127.0.0.1', port },
      handshake: {
        request: ['GET /connection/websocket HTTP/1.1'],
        upgrade: true,
        frames: ['{"id":1,"connect":{}}', '{"id":2,"subscribe":{"channel":"all"}}'],
        readyAt: '"subscribe":{',
      },
    })),
};

export const usualWebSockets = (bytes: number): Promise<Running> =>
  runProgram(node, [peerFile('ws.ts'), String(bytes)], plainWebSocket);

/** The usual servers, and the fastest ones. */
export const peers: readonly BenchServer[] = [ws, resWrite, socketIo, bun, nchan, centrifuge];
