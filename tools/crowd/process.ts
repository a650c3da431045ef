/**
 * Many clients in a process of their own, told what to do over IPC. The clock is the machine's monotonic one, so that times of several
 * processes can be compared.
 */
import { percentile } from '../numbers/percentile.ts';
import { type Address, Member, type Words } from './member.ts';

export type Order =
  | { do: 'connect'; to: Address; words: Words; count: number; atOnce: number; sources: string[] }
  /** Answered when every one has received so many messages since the beginning, or after `withinMs`. */
  | { do: 'await'; each: number; sentAt: number; withinMs: number }
  | { do: 'pause' };

export interface Report {
  /** Of the messages that every client should have by now: those that did not come, and those that came again. Counted client by client. */
  lost: number;
  twice: number;
  /** Clients whose connection stands. */
  open: number;
  /** Of this wait: ms from `sentAt` until each message arrived. */
  p50: number;
  p99: number;
}

const now = (): number => Number(process.hrtime.bigint()) / 1e6;

const members: Member[] = [];
/** What each should have received, and how many have not. */
let due = 0;
let behind = 0;
let arrivals: number[] = [];
let caughtUp: (() => void) | undefined;

function counted(added: number, total: number): void {
  const at = now();
  for (let one = 0; one < added; one += 1) arrivals.push(at);
  if (total < due || total - added >= due) return;
  behind -= 1;
  if (behind === 0) caughtUp?.();
}

async function connectAll({ to, words, count, atOnce, sources }: Extract<Order, { do: 'connect' }>): Promise<void> {
  let next = 0;
  const one = async () => {
    while (next < count) {
      const member = new Member(to, sources[next++ % sources.length] ?? '127.0.0.1', words, counted);
      members.push(member);
      await member.ready;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

const awaitAll = ({ each, withinMs }: Extract<Order, { do: 'await' }>): Promise<void> =>
  new Promise((resolve) => {
    due = each;
    behind = members.filter(({ count }) => count.total < due).length;
    const done = () => {
      clearTimeout(timer);
      caughtUp = undefined;
      resolve();
    };
    const timer = setTimeout(done, withinMs);
    caughtUp = done;
    if (behind === 0) done();
  });

function report(sentAt: number): Report {
  const took = arrivals.map((at) => at - sentAt);
  arrivals = [];
  const reading = members.filter(({ isOpen }) => isOpen);
  const more = members.map(({ count }) => count.total - due);
  return {
    lost: more.reduce((sum, one) => sum + Math.max(0, -one), 0),
    twice: more.reduce((sum, one) => sum + Math.max(0, one), 0),
    open: reading.length,
    p50: percentile(took, 0.5) ?? Number.NaN,
    p99: percentile(took, 0.99) ?? Number.NaN,
  };
}

async function obey(order: Order): Promise<Report> {
  switch (order.do) {
    case 'connect':
      await connectAll(order);
      break;
    case 'await':
      await awaitAll(order);
      break;
    case 'pause':
      for (const member of members) member.pause();
  }
  return report(order.do === 'await' ? order.sentAt : 0);
}

process.on('message', (order: Order) => {
  obey(order).then(
    (answer) => process.send?.({ report: answer }),
    (error: Error) => process.send?.({ error: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));
