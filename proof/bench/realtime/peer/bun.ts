/** Bun's own publish to a topic. Run by Bun, which reads this as it is. */
import { marker } from '../../../harness/clients/pool/marker.ts';

interface BunSocket {
  subscribe(topic: string): void;
  send(text: string): void;
}

interface BunServer {
  port: number;
  upgrade(request: Request): boolean;
  publish(topic: string, text: string): number;
}

declare const Bun: { serve(options: object): BunServer };
declare const console: AsyncIterable<string> & { log(text: number): void };

const text = marker.padEnd(200, 'x');
const server: BunServer = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: (request: Request, on: BunServer) => (on.upgrade(request) ? undefined : new Response('', { status: 400 })),
  websocket: {
    perMessageDeflate: false,
    open(socket: BunSocket) {
      socket.subscribe('all');
      socket.send('welcome');
    },
    message() {},
  },
});
console.log(server.port);
for await (const count of console) {
  for (let sent = 0; sent < Number(count); sent += 1) server.publish('all', text);
}
