/** The usual event stream in Node: responses that stay open, and `write` on each. */
import { createServer, type ServerResponse } from 'node:http';
import { control } from './control.ts';

const clients = new Set<ServerResponse>();
const http = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': welcome\n\n');
  clients.add(response);
  response.on('close', () => clients.delete(response));
});

control(http, (text) => {
  for (const client of clients) client.write(`data: ${text}\n\n`);
});
