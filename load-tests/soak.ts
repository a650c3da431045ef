/** A quiet day, for as long as one likes: orders and listeners at a rate that a machine holds for hours. */
import { duration, rate, vus } from './settings.ts';
import { listeners } from './listen/listening.ts';
import { openShop } from './shop/opening.ts';
import { steadily } from './shop/ordering.ts';
import { feedSlo, requestsSlo, thresholds } from './slo.ts';

const time = duration('10m');

export const options = {
  scenarios: { ...listeners(vus(9), time), orders: { ...steadily(rate(2), time), startTime: '2s' } },
  thresholds: thresholds(requestsSlo, feedSlo),
  setupTimeout: '120s',
};

export const setup = () => openShop();
export { listenOnLongPoll, listenOnWebSocket } from './listen/listening.ts';
export { order } from './shop/ordering.ts';
export { handleSummary } from './summary.ts';
