/** Ports on the loopback address. A port that was handed out is not handed out twice by the same process. */
import { createServer } from 'node:net';

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
  return (await listenOnce(port)) !== undefined;
}

async function anyFreePort(): Promise<number> {
  for (;;) {
    const port = await listenOnce(0);
    if (port && !handedOut.has(port)) return port;
  }
}

function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}
