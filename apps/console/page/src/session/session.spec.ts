import { Session } from './session.ts';

interface Sent {
  path: string;
  body: Record<string, string>;
  key: string | undefined;
}

const realFetch = globalThis.fetch;
let requests: Sent[];
/** Number of answers to lose. */
let lost: number;
let family: number;

beforeEach(() => {
  [requests, lost, family] = [[], 0, 0];
  jest.useFakeTimers({ now: 0 });
  globalThis.fetch = async (path, init) => {
    const { headers, body } = init as { headers: Record<string, string>; body: string };
    requests.push({ path: String(path), body: JSON.parse(body), key: headers['idempotency-key'] });
    if (String(path) === '/v1/tokens/revocation') return new Response(null, { status: 204 });
    if (lost-- > 0) throw new TypeError('fetch failed');
    family += 1;
    return Response.json({ accessToken: `access-${family}`, refreshToken: `refresh-${family}`, expiresIn: 900 });
  };
});
afterEach(() => {
  jest.useRealTimers();
  globalThis.fetch = realFetch;
});

const bodies = () => requests.slice(1).map(({ body }) => body);

test('each renewal uses the newest refresh token, once for concurrent callers', async () => {
  const session = await Session.open('alice', 'halftone');
  expect(await session.token()).toBe('access-1');
  jest.setSystemTime(880_000);
  expect(await Promise.all([session.token(), session.token(), session.token()])).toEqual(Array(3).fill('access-2'));
  jest.setSystemTime(2_000_000);
  expect(await session.token()).toBe('access-3');
  expect(bodies()).toEqual([{ refreshToken: 'refresh-1' }, { refreshToken: 'refresh-2' }]);
  expect(requests[1]?.key).not.toBe(requests[2]?.key);
});

test('a renewal whose answer was lost is sent again with the same key', async () => {
  const session = await Session.open('alice', 'halftone');
  jest.setSystemTime(880_000);
  lost = 1;
  await expect(session.token()).rejects.toThrow('fetch failed');
  expect(await session.token()).toBe('access-2');
  expect(bodies()).toEqual([{ refreshToken: 'refresh-1' }, { refreshToken: 'refresh-1' }]);
  expect(requests[1]?.key).toBe(requests[2]?.key);
});

test('signing out revokes the newest refresh token', async () => {
  const session = await Session.open('alice', 'halftone');
  await session.close();
  expect(requests[1]).toMatchObject({ path: '/v1/tokens/revocation', body: { refreshToken: 'refresh-1' } });
});
