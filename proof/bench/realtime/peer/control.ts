/** Controls a measured server: a number on a line of standard input sends that many messages to all clients. */
import type { AddressInfo, Server } from 'node:net';
import { createInterface } from 'node:readline';
import { messageOf, usualBytes } from './message.ts';

/** Prints its port, then follows the commands until its input ends. */
export function control(server: Server, broadcast: (text: string) => void, bytes = usualBytes): void {
  const message = messageOf(bytes);
  server.listen(0, '127.0.0.1', 65_535, () => {
    process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
  });
  createInterface(process.stdin)
    .on('line', (count) => {
      for (let sent = 0; sent < Number(count); sent += 1) broadcast(message);
    })
    .on('close', () => process.exit(0));
}
