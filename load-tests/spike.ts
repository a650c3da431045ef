/** A sale begins: from next to nothing to ten times as much in a moment, and back. Slower is allowed, losing something is not. */
import { duration, milliseconds, rate, vus } from './settings.ts';
import { listeners } from './listen/listening.ts';
import { openShop } from './shop/opening.ts';
import { feedSlo, requestsSlo, thresholds } from './slo.ts';

const time = duration('40s');
const peak = rate(20);
const part = (share: number): string => `${Math.round(milliseconds(time) * share)}ms`;
const tenths = (perSecond: number): number => Math.max(1, Math.round(perSecond * 10));

/** So many orders per 10 s at the end of each stage. */
const stages = [
  { target: tenths(peak / 10), duration: part(0.2) },
  { target: tenths(peak), duration: part(0.1) },
  { target: tenths(peak), duration: part(0.3) },
  { target: tenths(peak / 10), duration: part(0.1) },
  { target: tenths(peak / 10), duration: part(0.3) },
];

const spike = {
  executor: 'ramping-arrival-rate' as const,
  exec: 'order',
  startRate: tenths(peak / 10),
  timeUnit: '10s',
  preAllocatedVUs: Math.ceil(peak),
  maxVUs: Math.ceil(peak * 10),
  stages,
  startTime: '2s',
  gracefulStop: '40s',
};

/** A customer may wait, and may be asked to come again: with the same key the order is still placed once. */
const inARush = { answer_ms: ['p(95)<5000'], first_try_failures: [] };

export const options = {
  scenarios: { ...listeners(vus(9), time), orders: spike },
  thresholds: thresholds(requestsSlo, feedSlo, inARush),
  setupTimeout: '120s',
};

export const setup = () => openShop();
export { listenOnLongPoll, listenOnWebSocket } from './listen/listening.ts';
export { order } from './shop/ordering.ts';
export { handleSummary } from './summary.ts';
