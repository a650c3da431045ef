/** The usual WebSocket server in Node: `ws`, and a loop over its clients. Its messages have as many bytes as the first argument says. */
import { createServer } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import { control } from './control.ts';

const http = createServer();
const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
sockets.on('connection', (socket) => socket.send('welcome'));

function broadcast(text: string): void {
  for (const client of sockets.clients) if (client.readyState === WebSocket.OPEN) client.send(text);
}

control(http, broadcast, Number(process.argv[2]));
