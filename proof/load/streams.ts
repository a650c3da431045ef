/** Server-sent events beside k6: the project's client listens; lost and duplicated events are counted by `seq`. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '../harness/clients/api.ts';
import { Listener } from '../harness/clients/listener.ts';
import { expecting, Session } from '../harness/clients/session.ts';
import { demoPassword } from '@halftone/tools/shop/settings.ts';
import { jsonOf, sendPatiently } from '../harness/clients/http.ts';
import type { FeedEvent } from '@halftone/client';
import type { Urls } from '@halftone/tools/os/run-state.ts';
import type { StreamsResult } from './result.ts';

/** The time, at the end, in which written events must arrive. */
const settleMs = 10_000;

interface Stream {
  session: Session;
  listener: Listener;
}

/** Customers of load tests, else those who are always there; in the order in which k6 takes them. */
async function customersOf(gateway: string, count: number): Promise<Session[]> {
  const wanted = Array.from({ length: count }, (_, index) => `load-${(index % 10) + 1}`);
  const known = await canSignIn(gateway, wanted[0] ?? '');
  const names = known ? wanted : wanted.map((_, index) => (index % 2 === 0 ? 'alice' : 'bob'));
  return names.map((name) => new Session(gateway, name, demoPassword()));
}

async function canSignIn(gateway: string, customer: string): Promise<boolean> {
  const reply = await sendPatiently(`${gateway}/v1/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ customer, password: demoPassword() }),
  });
  // 429: it was tried too often already.
  return expecting(`sign in as ${customer}`, reply, 200, 401, 429).status === 200;
}

export class Streams {
  readonly #streams: readonly Stream[];

  private constructor(streams: readonly Stream[]) {
    this.#streams = streams;
  }

  /** Resolves when all are connected. */
  static async open(urls: Urls, count: number): Promise<Streams> {
    if (count === 0) return new Streams([]);
    const sessions = await customersOf(urls.gateway, count);
    const start = async (session: Session, turn: number): Promise<Stream> => {
      const replicas = urls.realtime.map((_, at) => urls.realtime[(at + turn) % urls.realtime.length] ?? '');
      return { session, listener: await Listener.start({ session, urls: replicas, transport: 'sse' }) };
    };
    const opened = await Promise.allSettled(sessions.map(start));
    const streams = new Streams(opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
    const failure = opened.find((one) => one.status === 'rejected');
    if (!failure) return streams;
    await streams.close();
    throw failure.reason;
  }

  /** Connections that were lost and made good since the last call, with times of `Date.now()`. */
  *newCuts(reported: Set<object>): Generator<{ at: number; backMs: number }> {
    for (const { listener } of this.#streams) {
      for (const cut of listener.cuts) {
        if (cut.backAt === undefined || reported.has(cut)) continue;
        reported.add(cut);
        yield { at: performance.timeOrigin + cut.at, backMs: cut.backAt - cut.at };
      }
    }
  }

  /** Closes all, after each has received the events that are written for it, or has had the time. */
  async end(): Promise<StreamsResult> {
    const tallies = await Promise.all(this.#streams.map(tallyOf));
    const ended = performance.now();
    await this.close();
    const sum = (of: 'lost' | 'duplicated') => tallies.reduce((total, tally) => total + tally[of], 0);
    const listeners = this.#streams.map(({ listener }) => listener);
    return {
      listeners: listeners.length,
      events: listeners.reduce((total, { received }) => total + received.length, 0),
      gaps: sum('lost'),
      duplicates: sum('duplicated'),
      resets: listeners.reduce((total, { resets }) => total + resets, 0),
      backMs: listeners.flatMap(({ cuts }) => cuts.map(({ at, backAt = ended }) => Math.round(backAt - at))),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#streams.map(({ listener }) => listener.close()));
  }
}

async function tallyOf({ session, listener }: Stream) {
  const reply = expecting('notifications', await session.call('/v1/notifications?limit=1'), 200);
  const until = jsonOf<Page<FeedEvent>>(reply).items[0]?.seq ?? 0;
  const late = performance.now() + settleMs;
  while (listener.received.length > 0 && listener.lastSeq < until && performance.now() < late) await sleep(50);
  return listener.received.length > 0 ? listener.tally({ until }) : listener.tally();
}
