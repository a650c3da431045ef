import { ordersV1 } from '@halftone/contracts';
import { grpc } from './ask';
import { isRest, key, type Probe, restAt, simply } from './probe';
import { cancelledPhoto, type Things, withOrderThatIs } from './things';
const order = ({ orderId: id }: Things) => ({ id });

const placeOrder: Probe = async ({ who, state }, endpoint, things) => {
  const imageId = state === 'cancelled' ? await cancelledPhoto(things) : things.imageId;
  const lines = [{ imageId, product: things.product, quantity: 1 }];
  if (isRest(endpoint)) return restAt(who, endpoint, {}, { lines, payment: 'wallet' });
  return grpc(who, endpoint, ordersV1.PlaceOrderRequest.fromPartial({ lines, payment: 1, idempotencyKey: key() }));
};

const cancelOrder: Probe = async ({ who, state }, endpoint, things) => {
  let outcome = '';
  await withOrderThatIs(state === '-' ? 'shipped' : state, things, async (orderId) => {
    outcome = await grpc(who, endpoint, ordersV1.CancelOrderRequest.fromPartial({ orderId }));
  });
  return outcome;
};

export const orderProbes: Readonly<Record<string, Probe>> = {
  'orders.PlaceOrder': placeOrder,
  'orders.GetOrder': simply({
    request: order,
    names: order,
    query: 'query ($id: ID!) { order(id: $id) { id } }',
    variables: order,
  }),
  'orders.ListOrders': simply({ request: () => ({ limit: 1, cursor: '' }), query: '{ orders(limit: 1) { id } }' }),
  'orders.GetOrderTimeline': simply({ request: order, names: order }),
  'orders.CancelOrder': cancelOrder,
  'orders.ListProducts': simply({ request: () => ({}) }),
  'orders.SetProductAvailability': simply({
    request: ({ product }) => ({ product, available: true }),
    names: ({ product: id }) => ({ id }),
    body: () => ({ available: true }),
  }),
};
