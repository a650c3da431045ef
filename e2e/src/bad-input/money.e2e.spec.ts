import { areRefused, type Case, given, invalid, json, transfer, unknownId } from './refused.fixture';

const payment = (body: object) => json('/v1/payments', body);
const refund = (body: object, id = given.paymentId) => json(`/v1/payments/${id}/refunds`, body);

/** The same however money is to move. */
const badAmounts = [
  ['nothing', 0],
  ['less than nothing', -100],
  ['a fraction of a cent', 10.5],
  ['more than anything costs', 10 ** 12 + 1],
  ['text', '10'],
] as const;

const cases: Case[] = [
  ...badAmounts.flatMap(([name, amount]) => [
    invalid(`a transfer of ${name}`, () => transfer({ amount }), 'amount'),
    invalid(`a payment of ${name}`, () => payment({ amount, currency: 'USD' }), 'amount'),
    invalid(`a bank payment of ${name}`, () => payment({ amount, currency: 'USD', method: 'bank' }), 'amount'),
    invalid(`a refund of ${name}`, () => refund({ amount }), 'amount'),
  ]),
  invalid('a payment of nothing in particular', () => payment({}), 'amount'),
  invalid('a payment by an unknown method', () => payment({ orderId: given.orderId, method: 'gold' }), 'method'),
  invalid(
    'an order with another price',
    () => payment({ orderId: given.orderId, amount: 1, currency: 'USD' }),
    'amount',
  ),
  invalid('a currency that is none', () => payment({ amount: 1, currency: 'dollars' }), 'currency'),
  ...(['wallet', 'bank'] as const).map((method) => ({
    what: `a payment by ${method} in the money of another country`,
    request: () => payment({ amount: 1, currency: 'EUR', method }),
    status: 422,
    code: 'CURRENCY_UNSUPPORTED',
  })),
  {
    what: 'a second payment',
    request: () => payment({ orderId: given.orderId }),
    status: 409,
    code: 'ORDER_NOT_PAYABLE',
  },
  {
    what: 'a payment of an order that is not there',
    request: () => payment({ orderId: unknownId }),
    status: 404,
    code: 'ORDER_NOT_FOUND',
  },
  {
    what: "a payment of somebody else's order",
    request: () => ({ ...payment({ orderId: given.orderId }), as: 'bob' }),
    status: 404,
    code: 'ORDER_NOT_FOUND',
  },
  {
    what: 'a refund above the capture',
    request: () => refund({ amount: 10 ** 9 }),
    status: 422,
    code: 'REFUND_EXCEEDS_CAPTURE',
  },
  {
    what: 'a refund of a payment that is not there',
    request: () => refund({}, unknownId),
    status: 404,
    code: 'PAYMENT_NOT_FOUND',
  },
  {
    what: "a refund of somebody else's payment",
    request: () => ({ ...refund({ amount: 1 }), as: 'bob' }),
    status: 404,
    code: 'PAYMENT_NOT_FOUND',
  },
  {
    what: 'a refund without key',
    request: () => json(`/v1/payments/${given.paymentId}/refunds`, { amount: 1 }, { 'idempotency-key': undefined }),
    status: 400,
    code: 'IDEMPOTENCY_KEY_MISSING',
  },
  {
    what: 'a customer who says what can be made',
    request: () => ({ ...json('/v1/products/mug/availability', { available: false }), method: 'PUT' }),
    status: 403,
    code: 'FORBIDDEN',
  },
  invalid(
    'an availability that is none',
    () => ({ ...json('/v1/products/mug/availability', { available: 'perhaps' }), method: 'PUT', as: 'olga' }),
    'available',
  ),
];

areRefused(cases);
