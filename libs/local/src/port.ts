/** Ports on the loopback address. A port that was handed out is not handed out twice by the same process. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the ports of outgoing connections, so that a port is still free when it is used, and a restarted process finds
 * its own free. HALFTONE_PORTS=FIRST-LAST: others, for systems that are started side by side.
 */
const [firstPort = 20_000, lastPort = 29_999] = (process.env['HALFTONE_PORTS'] ?? '')
  .split('-')
  .filter(Boolean)
  .map(Number);

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

/** A port that nobody listens on, for programs that cannot be given port 0: the first wanted one that is free, else any. */
export async function freePort(...wanted: (number | undefined)[]): Promise<number> {
  const port = await choosePort(wanted, isFreePort, anyFreePort);
  handedOut.add(port);
  return port;
}

/** Frees a port whose process has ended, so that its successor can listen there. */
export const giveBackPort = (port: number): boolean => handedOut.delete(port);

export async function isFreePort(port: number): Promise<boolean> {
  if (handedOut.has(port)) return false;
  return listensOnce(port);
}

async function anyFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(firstPort, lastPort + 1);
    if (await isFreePort(port)) return port;
  }
}

function listensOnce(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
