/** Clients listen while orders flow, by WebSocket and long poll; `npm run load` adds event streams. Nothing missed, nothing twice. */
import { duration, rate, vus } from './settings.ts';
import { listeners } from './listen/listening.ts';
import { openShop } from './shop/opening.ts';
import { steadily } from './shop/ordering.ts';
import { feedSlo, requestsSlo, thresholds } from './slo.ts';

const time = duration('30s');

export const options = {
  scenarios: { ...listeners(vus(15), time), orders: { ...steadily(rate(3), time), startTime: '2s' } },
  thresholds: thresholds(requestsSlo, feedSlo),
  setupTimeout: '120s',
};

export const setup = () => openShop();
export { listenOnLongPoll, listenOnWebSocket } from './listen/listening.ts';
export { order } from './shop/ordering.ts';
export { handleSummary } from './summary.ts';
