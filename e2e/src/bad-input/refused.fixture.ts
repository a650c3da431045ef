import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { codeOf, jsonOf, type Problem, type Request } from '@halftone/proof/harness/clients/http.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import type { Session } from '@halftone/proof/harness/clients/session.ts';
import { photo, placeOrder, timelineOf, uploadAndWait, waitUntilFinal } from '@halftone/proof/harness/clients/shop.ts';
import { patientSend } from '../patient-send';
import { countEverything, shopping, signedIn } from '../system';

type Asked = Request & { path: string; as?: 'alice' | 'bob' | 'olga' };

/** A request of alice, unless it says otherwise, that must be refused. */
export interface Case {
  what: string;
  request: () => Asked;
  status: number;
  code: string;
  /** Where the problem document says it is. */
  at?: string;
}

/** The things that requests are about. */
export const given = {} as {
  alice: Session;
  bob: Session;
  /** An operator. */
  olga: Session;
  /** A photo of alice, and what she may order of it. */
  imageId: string;
  product: string;
  foreignImageId: string;
  /** Of alice, shipped, and its payment. */
  orderId: string;
  paymentId: string;
};

export const unknownId = '0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000';

type Headers = Record<string, string | undefined>;

export const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Headers = {}) => {
  const all = { 'content-type': 'application/json', 'idempotency-key': randomUUID() as string, ...headers };
  const named = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { path, method: 'POST' as const, body, headers: Object.fromEntries(named) };
};
export const json = (path: string, body: object, headers: Headers = {}) => post(path, JSON.stringify(body), headers);
export const order = (line: object = {}, rest: object = {}, headers: Headers = {}) => {
  const { imageId, product } = given;
  return json(
    '/v1/orders',
    { lines: [{ imageId, product, quantity: 1, ...line }], payment: 'wallet', ...rest },
    headers,
  );
};
export const transfer = (body: object = {}, headers: Headers = {}) =>
  json('/v1/transfers', { to: 'bob', amount: 1, currency: 'USD', ...body }, headers);

export const invalid = (what: string, request: Case['request'], at?: string): Case => ({
  what,
  request,
  status: 400,
  code: 'VALIDATION_FAILED',
  ...(at !== undefined && { at }),
});

async function ask({ path, as = 'alice', ...request }: Asked) {
  const session = given[as];
  const headers = { ...(await session.authorization()), ...request.headers };
  return patientSend(`${session.base}${path}`, { ...request, headers });
}

/** The gallery and the customers are notified a moment after the end of an order. */
const countsAtRest = () =>
  eventually('no more notifications', async () => {
    const before = await countEverything();
    await sleep(3_000);
    const after = await countEverything();
    return isDeepStrictEqual(after, before) ? after : undefined;
  });

/** The tests that each case is refused as it should be, and that all of them together left nothing behind. */
export function areRefused(cases: readonly Case[]): void {
  beforeAll(async () => {
    const [alice, bob, olga] = await Promise.all([signedIn('alice'), signedIn('bob'), signedIn('olga')]);
    const [{ imageId, product }, foreignImageId] = await Promise.all([
      shopping(alice),
      photo('rocket.jpg').then((of) => uploadAndWait(bob, of)),
    ]);
    const { id: orderId } = await placeOrder(alice, imageId, product);
    await waitUntilFinal(alice, orderId);
    const paymentId = (await timelineOf(alice, orderId)).payments[0]?.id ?? '';
    Object.assign(given, { alice, bob, olga, imageId, product, foreignImageId, orderId, paymentId });
  });

  test.each(cases)('$what: $status $code', async ({ request, status, code, at }) => {
    const reply = await ask(request());
    expect({ status: reply.status, code: codeOf(reply) }).toEqual({ status, code });
    expect(reply.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const problem = jsonOf<Problem>(reply);
    expect(problem).toMatchObject({ status, title: expect.any(String), type: expect.stringContaining('https://') });
    expect(reply.text).not.toMatch(/node_modules|\.ts:|\.js:|at \w+ \(|SELECT|postgres/);
    if (at) expect(problem.errors?.map(({ path }) => path)).toContain(at);
  });

  test('none of it left anything behind', async () => {
    const before = await countsAtRest();
    // One after the other: a customer has only so many requests in work, and each of these has to be looked at.
    for (const { request } of cases) await ask(request());
    expect(await countEverything()).toEqual(before);
  });
}
