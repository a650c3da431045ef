/** One order as a customer places it over REST: sent, sent again as if the answer had been lost, read back over the graph. */
import { check } from 'k6';
import { ordersPlaced } from '../metrics.ts';
import { urls } from '../settings.ts';
import { asJson, type Customer } from './customer.ts';
import { send, type Reply } from './request.ts';

interface Order {
  id: string;
  total: number;
  status: string;
}

/** The cheapest print, once. */
export const product = 'print-10x15';
export const price = 29;

export type Method = 'wallet' | 'bank';

/** Every fourth order is paid by bank. */
export const methodOf = (turn: number): Method => (turn % 4 === 3 ? 'bank' : 'wallet');

function place(customer: Customer, payment: Method, key: string, name: string): Reply {
  const body = JSON.stringify({ lines: [{ imageId: customer.imageId, product, quantity: 1 }], payment });
  return send(`${urls.gateway}/v1/orders`, { name, method: 'POST', headers: asJson(customer), body, key });
}

const query = 'query Placed($id: ID!) { order(id: $id) { id status total lines { product quantity image { id } } } }';

export function readByGraph(customer: Customer, id: string): Reply {
  const body = JSON.stringify({ query, variables: { id } });
  return send(urls.graphql, { name: 'graph-order', method: 'POST', headers: asJson(customer), body });
}

/** The graph must show the order as it was placed, photo included. */
export function checkGraph(customer: Customer, id: string): void {
  check(readByGraph(customer, id), {
    'the graph shows the order': (reply) => {
      const { data } = reply.json() as {
        data?: { order?: Order & { lines: { product: string; image?: { id: string } }[] } };
      };
      const [line] = data?.order?.lines ?? [];
      return data?.order?.total === price && line?.product === product && line.image?.id === customer.imageId;
    },
  });
}

/** The id of the order, if one was placed. */
export function orderByRest(customer: Customer, payment: Method): string | undefined {
  const key = crypto.randomUUID();
  const placed = place(customer, payment, key, 'place-order');
  if (!check(placed, { 'an order is placed': ({ status }) => status === 201 })) return undefined;
  ordersPlaced.add(1);
  check(place(customer, payment, key, 'replay-order'), {
    'a replay has the same bytes': ({ status, body }) => status === placed.status && body === placed.body,
    'a replay is marked': ({ headers }) => headers['Idempotent-Replayed'] === 'true',
  });
  const { id } = placed.json() as unknown as Order;
  checkGraph(customer, id);
  return id;
}
