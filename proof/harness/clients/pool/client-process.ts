/** Many clients in one process, controlled over IPC. It uses the machine's monotonic clock, so that times of processes compare. */
import { percentile } from '../../percentile.ts';
import { type Address, RawClient, type Handshake } from './raw-client.ts';

export type PoolCommand =
  | { do: 'connect'; to: Address; handshake: Handshake; count: number; atOnce: number; sources: string[] }
  /** Answered when every client has received `each` messages since the start, or after `withinMs`. */
  | { do: 'await'; each: number; sentAt: number; withinMs: number }
  | { do: 'pause' };

export interface PoolReport {
  /** Missing and repeated messages, counted per client against the expected number. */
  lost: number;
  duplicated: number;
  /** Clients with an open connection. */
  open: number;
  /** Delay in ms from `sentAt` to the arrival of each message of this wait. */
  p50: number;
  p99: number;
}

const now = (): number => Number(process.hrtime.bigint()) / 1e6;

const clients: RawClient[] = [];
/** The number of messages each client should have, and the number of clients that do not have them. */
let expected = 0;
let behind = 0;
let arrivals: number[] = [];
let caughtUp: (() => void) | undefined;

function counted(added: number, total: number): void {
  const at = now();
  for (let one = 0; one < added; one += 1) arrivals.push(at);
  if (total < expected || total - added >= expected) return;
  behind -= 1;
  if (behind === 0) caughtUp?.();
}

async function connectAll({
  to,
  handshake,
  count,
  atOnce,
  sources,
}: Extract<PoolCommand, { do: 'connect' }>): Promise<void> {
  let next = 0;
  const one = async () => {
    while (next < count) {
      const client = new RawClient(to, sources[next++ % sources.length] ?? '127.0.0.1', handshake, counted);
      clients.push(client);
      await client.ready;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

const awaitAll = ({ each, withinMs }: Extract<PoolCommand, { do: 'await' }>): Promise<void> =>
  new Promise((resolve) => {
    expected = each;
    behind = clients.filter(({ count }) => count.total < expected).length;
    const done = () => {
      clearTimeout(timer);
      caughtUp = undefined;
      resolve();
    };
    const timer = setTimeout(done, withinMs);
    caughtUp = done;
    if (behind === 0) done();
  });

function report(sentAt: number): PoolReport {
  const took = arrivals.map((at) => at - sentAt);
  arrivals = [];
  const reading = clients.filter(({ isOpen }) => isOpen);
  const more = clients.map(({ count }) => count.total - expected);
  return {
    lost: more.reduce((sum, one) => sum + Math.max(0, -one), 0),
    duplicated: more.reduce((sum, one) => sum + Math.max(0, one), 0),
    open: reading.length,
    p50: percentile(took, 0.5) ?? Number.NaN,
    p99: percentile(took, 0.99) ?? Number.NaN,
  };
}

async function execute(command: PoolCommand): Promise<PoolReport> {
  switch (command.do) {
    case 'connect':
      await connectAll(command);
      break;
    case 'await':
      await awaitAll(command);
      break;
    case 'pause':
      for (const client of clients) client.pause();
  }
  return report(command.do === 'await' ? command.sentAt : 0);
}

process.on('message', (command: PoolCommand) => {
  execute(command).then(
    (answer) => process.send?.({ report: answer }),
    (error: Error) => process.send?.({ error: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));
