/** Every public edge a few times, by a customer who does it all: signs in, looks around, orders, pays, receives the events. */
import { check } from 'k6';
import exec from 'k6/execution';
import { currentCursor } from './listen/channel.ts';
import { Listener } from './listen/listener.ts';
import { listenByLongPoll } from './listen/long-poll.ts';
import { listenByWebSocket } from './listen/websocket.ts';
import { duration, urls, vus } from './settings.ts';
import { checkHealth, checkMoney, checkOddReads, checkPayment, checkReads, post } from './shop/edges.ts';
import { openShop, uploadAnew, type Opening } from './shop/opening.ts';
import { orderByGrpc } from './shop/order-grpc.ts';
import { methodOf, orderByRest } from './shop/order.ts';
import { feedSlo, requestsSlo, thresholds } from './slo.ts';

const everyone = 2;
const time = duration('20s');

export const options = {
  scenarios: { everything: { executor: 'constant-vus' as const, vus: vus(1), duration: time, gracefulStop: '60s' } },
  thresholds: thresholds(requestsSlo, feedSlo),
  setupTimeout: '120s',
};

export function setup(): Opening {
  const opening = openShop(everyone);
  const [first] = opening.customers;
  // The pipeline of photos is an edge as well; the orders are of one that is there already.
  if (first) uploadAnew(first);
  return opening;
}

export default function everything({ customers }: Opening): void {
  const turn = exec.scenario.iterationInTest;
  const [customer, other] = [customers[turn % customers.length], customers[(turn + 1) % customers.length]];
  if (!customer || !other) throw new Error('nobody is there');
  checkHealth();
  const cursor = currentCursor(customer);
  const orderId = orderByRest(customer, methodOf(turn));
  if (urls.grpc) orderByGrpc(customer, methodOf(turn));
  if (!orderId) return;
  checkReads(customer, orderId);
  checkOddReads(customer, orderId);
  checkMoney(customer, other);
  checkPayment(customer, 'wallet');
  checkPayment(customer, 'bank');
  check(post(customer, '/v1/realtime/tickets', {}), { 'a ticket is given': ({ status }) => status === 201 });
  const [poll, socket] = [
    new Listener(customer.id, 'long-poll', turn, cursor),
    new Listener(customer.id, 'websocket', turn, cursor),
  ];
  listenByLongPoll(poll, customer, Date.now());
  check(poll, { 'the long poll received the order': ({ lastSeq }) => lastSeq > 0 });
  listenByWebSocket(socket, customer, Date.now() + 500, () => {
    check(socket, { 'the WebSocket received the order': ({ lastSeq }) => lastSeq >= poll.lastSeq });
  });
}

export { handleSummary } from './summary.ts';
