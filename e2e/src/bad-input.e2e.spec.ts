import { randomUUID } from 'node:crypto';
import { codeOf, jsonOf, send, type Problem, type Request } from '@halftone/tools/client/http.ts';
import { photo, placeOrder, timelineOf, uploadAndWait, waitUntilFinal } from '@halftone/tools/client/shop.ts';
import type { Session } from '@halftone/tools/client/session.ts';
import { countEverything, shopping, signedIn, system } from './system';
import { expiredToken, forgedToken, unsignedToken } from './tokens';

interface Case {
  what: string;
  request: () => Request & { path: string; as?: 'alice' | 'bob' };
  status: number;
  code: string;
  /** Where the problem document says it is. */
  at?: string;
}

let alice: Session;
let bob: Session;
let imageId: string;
let foreignImageId: string;
let orderId: string;
let paymentId: string;
let product: string;

const unknownId = '0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000';

const post = (
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string | undefined> = {},
) => {
  const all = { 'content-type': 'application/json', 'idempotency-key': randomUUID() as string, ...headers };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { path, method: 'POST' as const, body, headers: Object.fromEntries(given) };
};
const json = (path: string, body: object, headers: Record<string, string | undefined> = {}) =>
  post(path, JSON.stringify(body), headers);
const order = (line: object = {}, rest: object = {}, headers: Record<string, string | undefined> = {}) =>
  json('/v1/orders', { lines: [{ imageId, product, quantity: 1, ...line }], payment: 'wallet', ...rest }, headers);
const transfer = (body: object = {}, headers: Record<string, string | undefined> = {}) =>
  json('/v1/transfers', { to: 'bob', amount: 1, currency: 'USD', ...body }, headers);
const upload = (bytes: Buffer<ArrayBuffer>, contentType: string) =>
  post('/v1/images', bytes, { 'content-type': contentType });

const payment = (body: object) => json('/v1/payments', body);
const refund = (body: object, id = paymentId) => json(`/v1/payments/${id}/refunds`, body);
const invalid = (what: string, request: Case['request'], at: string): Case => ({
  what,
  request,
  at,
  status: 400,
  code: 'VALIDATION_FAILED',
});

/** The same for money, however it is to move. */
const badAmounts = [
  ['nothing', 0],
  ['less than nothing', -100],
  ['a fraction of a cent', 10.5],
  ['more than anything costs', 10 ** 12 + 1],
  ['text', '10'],
] as const;

const moneyCases: Case[] = [
  ...badAmounts.flatMap(([name, amount]) => [
    invalid(`a transfer of ${name}`, () => transfer({ amount }), 'amount'),
    invalid(`a payment of ${name}`, () => payment({ amount, currency: 'USD' }), 'amount'),
    invalid(`a bank payment of ${name}`, () => payment({ amount, currency: 'USD', method: 'bank' }), 'amount'),
    invalid(`a refund of ${name}`, () => refund({ amount }), 'amount'),
  ]),
  invalid('a payment of nothing in particular', () => payment({}), 'amount'),
  invalid('a payment by an unknown method', () => payment({ orderId, method: 'gold' }), 'method'),
  invalid('an order with another price', () => payment({ orderId, amount: 1, currency: 'USD' }), 'amount'),
  invalid('a currency that is none', () => payment({ amount: 1, currency: 'dollars' }), 'currency'),
  ...(['wallet', 'bank'] as const).map((method) => ({
    what: `a payment by ${method} in the money of another country`,
    request: () => payment({ amount: 1, currency: 'EUR', method }),
    status: 422,
    code: 'CURRENCY_UNSUPPORTED',
  })),
  { what: 'a second payment', request: () => payment({ orderId }), status: 409, code: 'ORDER_NOT_PAYABLE' },
  {
    what: 'a payment of an order that is not there',
    request: () => payment({ orderId: unknownId }),
    status: 404,
    code: 'ORDER_NOT_FOUND',
  },
  {
    what: "a payment of somebody else's order",
    request: () => ({ ...payment({ orderId }), as: 'bob' }),
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
    request: () => json(`/v1/payments/${paymentId}/refunds`, { amount: 1 }, { 'idempotency-key': undefined }),
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
    () => ({ ...json('/v1/products/mug/availability', { available: 'perhaps' }), method: 'PUT' }),
    'available',
  ),
];

const cases: Case[] = [
  { what: 'malformed JSON', request: () => post('/v1/orders', '{"lines":['), status: 400, code: 'MALFORMED_JSON' },
  { what: 'an empty body', request: () => post('/v1/orders', ''), status: 400, code: 'MALFORMED_JSON' },
  { what: 'JSON of another shape', request: () => post('/v1/orders', '[]'), status: 400, code: 'VALIDATION_FAILED' },
  { what: 'an unknown field', request: () => order({}, { coupon: 'x' }), status: 400, code: 'VALIDATION_FAILED' },
  { what: 'an unknown field inside', request: () => order({ price: 1 }), status: 400, code: 'VALIDATION_FAILED' },
  {
    what: 'a wrong type',
    request: () => order({ quantity: 'two' }),
    status: 400,
    code: 'VALIDATION_FAILED',
    at: 'lines.0.quantity',
  },
  {
    what: 'a quantity of zero',
    request: () => order({ quantity: 0 }),
    status: 400,
    code: 'VALIDATION_FAILED',
    at: 'lines.0.quantity',
  },
  {
    what: 'an order of nothing',
    request: () => order({}, { lines: [] }),
    status: 400,
    code: 'VALIDATION_FAILED',
    at: 'lines',
  },
  {
    what: 'an unknown way to pay',
    request: () => order({}, { payment: 'gold' }),
    status: 400,
    code: 'VALIDATION_FAILED',
    at: 'payment',
  },
  {
    what: 'a malformed image id',
    request: () => order({ imageId: 'x' }),
    status: 400,
    code: 'VALIDATION_FAILED',
    at: 'lines.0.imageId',
  },
  {
    what: 'an amount no number holds',
    request: () => post('/v1/transfers', '{"to":"bob","amount":1e300,"currency":"USD"}'),
    status: 400,
    code: 'VALIDATION_FAILED',
  },
  {
    what: 'too large a body',
    request: () => order({}, { note: 'x'.repeat(3_000_000) }),
    status: 413,
    code: 'BODY_TOO_LARGE',
  },
  {
    what: 'too large a photo',
    request: () => upload(Buffer.alloc(21 * 1024 * 1024), 'image/jpeg'),
    status: 413,
    code: 'BODY_TOO_LARGE',
  },
  {
    what: 'bytes that are no picture',
    request: () => upload(Buffer.from('GIF is not what this is'), 'image/jpeg'),
    status: 422,
    code: 'NOT_A_PICTURE',
  },
  { what: 'no bytes at all', request: () => upload(Buffer.alloc(0), 'image/png'), status: 422, code: 'NOT_A_PICTURE' },
  {
    what: 'a photo as text',
    request: () => upload(Buffer.from('hello'), 'text/plain'),
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
  },
  {
    what: 'an order as text',
    request: () => post('/v1/orders', 'x', { 'content-type': 'text/plain' }),
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
  },
  { what: 'an unknown product', request: () => order({ product: 'statue' }), status: 422, code: 'PRODUCT_UNKNOWN' },
  {
    what: 'a photo that is not there',
    request: () => order({ imageId: unknownId }),
    status: 422,
    code: 'IMAGE_NOT_PRINTABLE',
  },
  {
    what: "somebody else's photo",
    request: () => order({ imageId: foreignImageId }),
    status: 422,
    code: 'IMAGE_NOT_PRINTABLE',
  },
  {
    what: "a look at somebody else's photo",
    request: () => ({ path: `/v1/images/${foreignImageId}` }),
    status: 404,
    code: 'IMAGE_NOT_FOUND',
  },
  {
    what: "somebody else's rendition",
    request: () => ({ path: `/v1/images/${foreignImageId}/renditions/preview` }),
    status: 404,
    code: 'IMAGE_NOT_FOUND',
  },
  {
    what: "somebody else's order",
    request: () => ({ path: `/v1/orders/${orderId}`, as: 'bob' }),
    status: 404,
    code: 'ORDER_NOT_FOUND',
  },
  { what: 'an id that is none', request: () => ({ path: '/v1/orders/42' }), status: 404, code: 'ORDER_NOT_FOUND' },
  {
    what: 'no idempotency key',
    request: () => order({}, {}, { 'idempotency-key': undefined }),
    status: 400,
    code: 'IDEMPOTENCY_KEY_MISSING',
  },
  {
    what: 'a transfer without key',
    request: () => transfer({}, { 'idempotency-key': undefined }),
    status: 400,
    code: 'IDEMPOTENCY_KEY_MISSING',
  },
  {
    what: 'an idempotency key that is too long',
    request: () => order({}, {}, { 'idempotency-key': 'k'.repeat(300) }),
    status: 400,
    code: 'IDEMPOTENCY_KEY_MALFORMED',
  },
  {
    what: 'an idempotency key with a blank',
    request: () => transfer({}, { 'idempotency-key': 'a b' }),
    status: 400,
    code: 'IDEMPOTENCY_KEY_MALFORMED',
  },
  { what: 'no token', request: () => order({}, {}, { authorization: '' }), status: 401, code: 'UNAUTHENTICATED' },
  {
    what: 'an expired token',
    request: () => order({}, {}, { authorization: `Bearer ${expiredToken()}` }),
    status: 401,
    code: 'TOKEN_EXPIRED',
  },
  {
    what: 'a forged token',
    request: () => order({}, {}, { authorization: `Bearer ${forgedToken()}` }),
    status: 401,
    code: 'UNAUTHENTICATED',
  },
  {
    what: 'an unsigned token',
    request: () => order({}, {}, { authorization: `Bearer ${unsignedToken()}` }),
    status: 401,
    code: 'UNAUTHENTICATED',
  },
  {
    what: 'a wrong password',
    request: () => json('/v1/tokens', { customer: 'alice', password: 'guess' }),
    status: 401,
    code: 'WRONG_CREDENTIALS',
  },
  {
    what: 'an unknown customer',
    request: () => json('/v1/tokens', { customer: 'mallory', password: 'halftone' }),
    status: 401,
    code: 'WRONG_CREDENTIALS',
  },
  {
    what: 'more money than there is',
    request: () => transfer({ amount: 10 ** 10 }),
    status: 422,
    code: 'INSUFFICIENT_FUNDS',
  },
  { what: 'money for oneself', request: () => transfer({ to: 'alice' }), status: 422, code: 'TRANSFER_TO_SELF' },
  { what: 'money for nobody', request: () => transfer({ to: 'mallory' }), status: 422, code: 'RECIPIENT_UNKNOWN' },
  {
    what: 'money of another country',
    request: () => transfer({ currency: 'EUR' }),
    status: 422,
    code: 'CURRENCY_UNSUPPORTED',
  },
  {
    what: 'an address where nothing lives',
    request: () => ({ path: '/v1/unicorns' }),
    status: 404,
    code: 'ROUTE_NOT_FOUND',
  },
  {
    what: 'a cursor of somebody else',
    request: () => ({ path: '/v1/orders?cursor=abc' }),
    status: 400,
    code: 'CURSOR_INVALID',
  },
  {
    what: 'a page of nothing',
    request: () => ({ path: '/v1/orders?limit=0' }),
    status: 400,
    code: 'VALIDATION_FAILED',
    at: 'limit',
  },
];

beforeAll(async () => {
  [alice, bob] = await Promise.all([signedIn('alice'), signedIn('bob')]);
  [{ imageId, product }, foreignImageId] = await Promise.all([
    shopping(alice),
    photo('rocket.jpg').then((of) => uploadAndWait(bob, of)),
  ]);
  ({ id: orderId } = await placeOrder(alice, imageId, product));
  await waitUntilFinal(alice, orderId);
  paymentId = (await timelineOf(alice, orderId)).payments[0]?.id ?? '';
});

/** As one try: a refusal must not need a second one. */
async function ask({ path, as, ...request }: Request & { path: string; as?: 'alice' | 'bob' }) {
  const session = as === 'bob' ? bob : alice;
  const headers = { ...(await session.authorization()), ...request.headers };
  return send(`${session.base}${path}`, { ...request, headers });
}

test.each([...cases, ...moneyCases])('$what: $status $code', async ({ request, status, code, at }) => {
  const reply = await ask(request());
  expect({ status: reply.status, code: codeOf(reply) }).toEqual({ status, code });
  expect(reply.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = jsonOf<Problem>(reply);
  expect(problem).toMatchObject({ status, title: expect.any(String), type: expect.stringContaining('https://') });
  expect(reply.text).not.toMatch(/node_modules|\.ts:|\.js:|at \w+ \(|SELECT|postgres/);
  if (at) expect(problem.errors?.map(({ path }) => path)).toContain(at);
});

test('none of it left anything behind', async () => {
  const before = await countEverything();
  await Promise.all([...cases, ...moneyCases].map(({ request }) => ask(request())));
  expect(await countEverything()).toEqual(before);
});

test('the graph refuses without a token, with a code and without a stack', async () => {
  const reply = await send(system().urls.graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ me { id } }' }),
  });
  const { errors } = jsonOf<{ errors: { extensions: { code: string; stacktrace?: unknown } }[] }>(reply);
  expect(errors.map(({ extensions }) => extensions)).toEqual([expect.objectContaining({ code: 'UNAUTHENTICATED' })]);
  expect(reply.text).not.toMatch(/stacktrace|node_modules/);
});
