/** Ports on the loopback address. A port that was handed out is not handed out twice by the same process. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { anyPorts } from './config.ts';

const handedOut = new Set<number>();

/** The first wanted port that is free, else any free one. */
export async function choosePort(
  wanted: readonly (number | undefined)[],
  isFree: (port: number) => Promise<boolean>,
  anyFree: () => Promise<number>,
): Promise<number> {
  for (const port of wanted) {
    if (port && (await isFree(port))) return port;
  }
  return anyFree();
}

export async function freePort(...wanted: (number | undefined)[]): Promise<number> {
  const port = await choosePort(wanted, isFreePort, anyFreePort);
  handedOut.add(port);
  return port;
}

/** What listened there has ended, and will listen there again. */
export const giveBackPort = (port: number): boolean => handedOut.delete(port);

export async function isFreePort(port: number): Promise<boolean> {
  if (handedOut.has(port)) return false;
  return listensOnce(port);
}

/** Below the ports of outgoing connections, so that a restarted process finds its port free. */
async function anyFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(anyPorts.first, anyPorts.last + 1);
    if (await isFreePort(port)) return port;
  }
}

function listensOnce(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
