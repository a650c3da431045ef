/** The same over gRPC, as services inside do. */
import { check } from 'k6';
import grpc, { type Response } from 'k6/net/grpc';
import { ordersPlaced } from '../metrics.ts';
import { urls } from '../settings.ts';
import { bearer, type Customer } from './customer.ts';
import { product, type Method } from './order.ts';
import { patiently, type Outcome } from './patience.ts';

const service = 'halftone.orders.v1.OrdersService';
const passing = [grpc.StatusUnavailable, grpc.StatusDeadlineExceeded, grpc.StatusAborted, grpc.StatusResourceExhausted];

const client = new grpc.Client();
client.load([import.meta.resolve('../../proto').replace(/^file:\/\//, '')], 'halftone/orders/v1/orders.proto');
let connected = false;

/** Of an order and its lines, in one order: k6 gives the fields of a message in any. */
const lineFields = ['imageId', 'product', 'quantity', 'unitPrice'];
const fields = [
  'id',
  'customer',
  'status',
  'lines',
  ...lineFields,
  'total',
  'currency',
  'createdAt',
  'version',
  'payment',
];
const written = (order: object | undefined): string => JSON.stringify(order, fields);

interface Placed {
  order: { id: string; total: string };
  replayed: boolean;
}

/** A call before there is a connection throws; once there is one, k6 makes it anew by itself. */
function attempt(method: string, request: object, customer: Customer): Outcome<Response | undefined> {
  try {
    if (!connected) client.connect(urls.grpc, { plaintext: true, timeout: '5s' });
    connected = true;
    const answer = client.invoke(`${service}/${method}`, request, { metadata: bearer(customer), timeout: '10s' });
    return { answer, again: passing.includes(answer.status), broken: answer.status !== grpc.StatusOK };
  } catch {
    return { answer: undefined, again: true };
  }
}

function call<Message>(method: string, request: object, customer: Customer, key?: string): Message | undefined {
  const answer = patiently(`grpc-${method}`, key, () => attempt(method, request, customer));
  return answer?.status === grpc.StatusOK ? (answer.message as Message) : undefined;
}

const methods = { wallet: 'PAYMENT_METHOD_WALLET', bank: 'PAYMENT_METHOD_BANK' } as const;

export function orderByGrpc(customer: Customer, method: Method): void {
  const idempotencyKey = crypto.randomUUID();
  const lines = [{ imageId: customer.imageId, product, quantity: 1 }];
  const request = { lines, payment: methods[method], idempotencyKey };
  const placed = call<Placed>('PlaceOrder', request, customer, idempotencyKey);
  if (!check(placed, { 'an order is placed over gRPC': (seen) => seen !== undefined }) || !placed) return;
  ordersPlaced.add(1);
  const replay = call<Placed>('PlaceOrder', request, customer, idempotencyKey);
  const found = call<Placed>('GetOrder', { id: placed.order.id }, customer);
  check(replay, {
    'a replay over gRPC has the same order': (seen) => written(seen?.order) === written(placed.order),
    'a replay over gRPC is marked': (seen) => seen?.replayed === true,
  });
  check(found, { 'gRPC finds the order': (seen) => seen?.order.id === placed.order.id });
}
