import { type Permission, everybody, operatorsOnly, ownersAndOperators, signedIn, signedOut } from './row';

const orders = (method: string) => `gRPC halftone.orders.v1.OrdersService/${method}`;

const cancellable = { placed: 'ok', payment_failed: 'ok', paid: 'ok' } as const;
/** Cancelling one of these orders changes nothing. */
const alreadyCancelled = { cancelled: 'ok', refunding: 'ok', refunded: 'ok' } as const;

export const ofOrders = {
  'orders.PlaceOrder': {
    at: [orders('PlaceOrder'), 'REST POST /v1/orders'],
    of: 'photo',
    may: {
      anonymous: signedOut,
      other: 'IMAGE_NOT_PRINTABLE',
      owner: { ready: 'ok', cancelled: 'IMAGE_NOT_PRINTABLE' },
      operator: 'IMAGE_NOT_PRINTABLE',
    },
  },
  'orders.GetOrder': {
    at: [orders('GetOrder'), 'REST GET /v1/orders/:id', 'GraphQL order'],
    may: ownersAndOperators('ORDER_NOT_FOUND'),
  },
  'orders.ListOrders': { at: [orders('ListOrders'), 'REST GET /v1/orders', 'GraphQL orders'], may: signedIn },
  'orders.GetOrderTimeline': {
    at: [orders('GetOrderTimeline'), 'REST GET /v1/orders/:id/timeline'],
    may: ownersAndOperators('ORDER_NOT_FOUND'),
  },
  'orders.CancelOrder': {
    at: [orders('CancelOrder')],
    of: 'order',
    may: {
      anonymous: signedOut,
      other: 'ORDER_NOT_FOUND',
      owner: {
        ...cancellable,
        ...alreadyCancelled,
        printing: 'ORDER_TRANSITION_ILLEGAL',
        shipped: 'ORDER_TRANSITION_ILLEGAL',
      },
      operator: { ...cancellable, ...alreadyCancelled, printing: 'ok', shipped: 'ORDER_TRANSITION_ILLEGAL' },
    },
  },
  'orders.ListProducts': { at: [orders('ListProducts'), 'REST GET /v1/products'], may: everybody },
  'orders.SetProductAvailability': {
    at: [orders('SetProductAvailability'), 'REST PUT /v1/products/:id/availability'],
    may: operatorsOnly,
  },
} as const satisfies Record<string, Permission>;
