/** How a server that is measured is told to speak: a number on a line of standard input is so many messages to everybody. */
import type { AddressInfo, Server } from 'node:net';
import { createInterface } from 'node:readline';
import { messageOf, usualBytes } from './message.ts';

/** Says where it listens, then obeys until its input ends. */
export function control(server: Server, broadcast: (text: string) => void, bytes = usualBytes): void {
  const message = messageOf(bytes);
  server.listen(0, '127.0.0.1', 65_535, () => {
    process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
  });
  createInterface(process.stdin)
    .on('line', (count) => {
      for (let told = 0; told < Number(count); told += 1) broadcast(message);
    })
    .on('close', () => process.exit(0));
}
