import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the range that systems use for outgoing connections and for port 0, so the port is still free when it is
 * used.
 */
const [min, max] = [20_000, 30_000];

/** A port that nobody listens on, for programs that cannot be given port 0. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(min, max);
    if (await isFree(port)) return port;
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer().on('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
