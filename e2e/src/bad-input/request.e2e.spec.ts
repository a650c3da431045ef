import { areRefused, type Case, invalid, order, post, transfer } from './refused.fixture';

const upload = (bytes: Buffer<ArrayBuffer>, contentType: string) =>
  post('/v1/images', bytes, { 'content-type': contentType });

const cases: Case[] = [
  { what: 'malformed JSON', request: () => post('/v1/orders', '{"lines":['), status: 400, code: 'MALFORMED_JSON' },
  { what: 'an empty body', request: () => post('/v1/orders', ''), status: 400, code: 'MALFORMED_JSON' },
  invalid('JSON of another shape', () => post('/v1/orders', '[]')),
  invalid('an unknown field', () => order({}, { coupon: 'x' })),
  invalid('an unknown field inside', () => order({ price: 1 })),
  invalid('a wrong type', () => order({ quantity: 'two' }), 'lines.0.quantity'),
  invalid('a quantity of zero', () => order({ quantity: 0 }), 'lines.0.quantity'),
  invalid('an order of nothing', () => order({}, { lines: [] }), 'lines'),
  invalid('an unknown way to pay', () => order({}, { payment: 'gold' }), 'payment'),
  invalid('a malformed image id', () => order({ imageId: 'x' }), 'lines.0.imageId'),
  invalid('an amount no number holds', () => post('/v1/transfers', '{"to":"bob","amount":1e300,"currency":"USD"}')),
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
    what: 'a cursor of somebody else',
    request: () => ({ path: '/v1/orders?cursor=abc' }),
    status: 400,
    code: 'CURSOR_INVALID',
  },
  invalid('a page of nothing', () => ({ path: '/v1/orders?limit=0' }), 'limit'),
];

areRefused(cases);
