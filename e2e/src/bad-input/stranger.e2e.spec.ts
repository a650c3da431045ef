import { randomUUID } from 'node:crypto';
import { jsonOf, send } from '@halftone/proof/harness/clients/http.ts';
import { system } from '../system';
import { expiredToken, forgedToken, unsignedToken } from '../tokens';
import { areRefused, type Case, given, json, order, unknownId } from './refused.fixture';

/** Callers without an account, and requests for things that belong to others or do not exist: all get the same answer. */
const cases: Case[] = [
  {
    what: 'a photo that is not there',
    request: () => order({ imageId: unknownId }),
    status: 422,
    code: 'IMAGE_NOT_PRINTABLE',
  },
  {
    what: "somebody else's photo",
    request: () => order({ imageId: given.foreignImageId }),
    status: 422,
    code: 'IMAGE_NOT_PRINTABLE',
  },
  {
    what: "a look at somebody else's photo",
    request: () => ({ path: `/v1/images/${given.foreignImageId}` }),
    status: 404,
    code: 'IMAGE_NOT_FOUND',
  },
  {
    what: "somebody else's rendition",
    request: () => ({ path: `/v1/images/${given.foreignImageId}/renditions/preview` }),
    status: 404,
    code: 'IMAGE_NOT_FOUND',
  },
  {
    what: "somebody else's order",
    request: () => ({ path: `/v1/orders/${given.orderId}`, as: 'bob' }),
    status: 404,
    code: 'ORDER_NOT_FOUND',
  },
  { what: 'an id that is none', request: () => ({ path: '/v1/orders/42' }), status: 404, code: 'ORDER_NOT_FOUND' },
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
    request: () => json('/v1/tokens', { customer: `mallory-${randomUUID()}`, password: 'halftone' }),
    status: 401,
    code: 'WRONG_CREDENTIALS',
  },
  {
    what: 'an address where nothing lives',
    request: () => ({ path: '/v1/unicorns' }),
    status: 404,
    code: 'ROUTE_NOT_FOUND',
  },
];

areRefused(cases);

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
