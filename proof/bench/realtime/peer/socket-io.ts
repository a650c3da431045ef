/** Socket.IO over WebSocket alone, one emit to all clients. Its package is where the first argument says. */
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { control } from './control.ts';

interface SocketIo {
  Server: new (server: unknown, options: object) => { emit(name: string, text: string): void };
}

const { Server } = createRequire(process.argv[2] ?? '')('socket.io') as SocketIo;
const http = createServer();
const io = new Server(http, { transports: ['websocket'], pingInterval: 600_000, serveClient: false });

control(http, (text) => io.emit('event', text));
