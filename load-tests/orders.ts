/** Customers order, over REST, the graph and gRPC; each order is sent twice with its key and must exist once. */
import { duration, rate } from './settings.ts';
import { openShop } from './shop/opening.ts';
import { steadily } from './shop/ordering.ts';
import { requestsSlo, thresholds } from './slo.ts';

export const options = {
  scenarios: { orders: steadily(rate(5), duration('30s')) },
  thresholds: thresholds(requestsSlo),
  setupTimeout: '120s',
};

export const setup = () => openShop();
export { order } from './shop/ordering.ts';
export { handleSummary } from './summary.ts';
