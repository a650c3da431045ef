/** Listeners of both kinds over all customers; each VU is one client that stays for the whole run. */
import exec from 'k6/execution';
import { milliseconds } from '../settings.ts';
import type { Opening } from '../shop/opening.ts';
import { Listener, type Transport } from './listener.ts';
import { listenByLongPoll } from './long-poll.ts';
import { listenByWebSocket } from './websocket.ts';

function begin({ customers }: Opening, transport: Transport) {
  const number = exec.scenario.iterationInTest;
  const customer = customers[number % customers.length];
  if (!customer) throw new Error('nobody is there to listen');
  const untilMs = exec.scenario.startTime + milliseconds(__ENV['LISTEN_FOR'] ?? '');
  return { customer, untilMs, listener: new Listener(customer.id, transport, number) };
}

export function listenOnWebSocket(opening: Opening): void {
  const { listener, customer, untilMs } = begin(opening, 'websocket');
  listenByWebSocket(listener, customer, untilMs);
}

export function listenOnLongPoll(opening: Opening): void {
  const { listener, customer, untilMs } = begin(opening, 'long-poll');
  listenByLongPoll(listener, customer, untilMs);
}

const staying = (exec: string, vus: number, duration: string) => ({
  executor: 'per-vu-iterations' as const,
  exec,
  vus,
  iterations: 1,
  // It ends by itself, when it has received everything.
  maxDuration: `${milliseconds(duration) + 60_000}ms`,
  env: { LISTEN_FOR: duration },
});

/** Two thirds of them hold a WebSocket. */
export const listeners = (count: number, duration: string) => ({
  websocket: staying('listenOnWebSocket', Math.ceil((count * 2) / 3), duration),
  'long-poll': staying('listenOnLongPoll', Math.max(1, Math.floor(count / 3)), duration),
});
