import { paymentsV1 } from '@halftone/contracts';
import { currentCall, type RunningService, verifyToken } from '@halftone/service';
import { bootService, testToken } from '@halftone/testing';
import { gateway } from '../gateway';
import { fakeServices, gatewayEnv, refusal, type Stubs } from '../services.fixture';
import { FakeAccounts } from './token.fixture';
import type { Tokens } from './token.service';

const accounts = new FakeAccounts();
const stubs: Stubs = accounts.stubs;
let services: RunningService;
let edge: RunningService;

beforeAll(async () => {
  services = await bootService(fakeServices(stubs));
  edge = await bootService(gateway, gatewayEnv(services.grpcUrl));
});
afterAll(async () => {
  await edge.stop();
  await services.stop();
});
beforeEach(() => (accounts.role = paymentsV1.Role.OPERATOR));

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(edge.httpUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const tokens = (body: unknown, headers = {}) => post('/v1/tokens', body, headers);
const get = (path: string, token: string) =>
  fetch(edge.httpUrl + path, { headers: { authorization: `Bearer ${token}` } });
const signIn = async () => (await (await tokens({ customer: 'olga', password: 'halftone' })).json()) as Tokens;

test('a password gives an access token that every service verifies, for 15 minutes', async () => {
  const answer = await tokens({ customer: 'olga', password: 'halftone' });
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
  const { accessToken, expiresIn } = (await answer.json()) as Tokens;
  expect(expiresIn).toBe(900);
  expect((await verifyToken(accessToken)).principal).toEqual({ customer: 'olga', role: 'operator' });
  await expect(verifyToken(accessToken, new Date(Date.now() + 901_000))).rejects.toMatchObject({
    code: 'TOKEN_EXPIRED',
  });
});

test('a refresh token gives new tokens with the current role, and is no access token', async () => {
  const { refreshToken } = await signIn();
  accounts.role = paymentsV1.Role.CUSTOMER;
  const renewed = (await (await tokens({ refreshToken })).json()) as Tokens;
  expect((await verifyToken(renewed.accessToken)).principal).toEqual({ customer: 'olga', role: 'customer' });
  expect((await get('/v1/me', refreshToken)).status).toBe(401);
});

test('a refresh token is valid once', async () => {
  const { refreshToken } = await signIn();
  expect((await tokens({ refreshToken })).status).toBe(200);
  expect(await refusal(await tokens({ refreshToken }))).toEqual([401, 'TOKEN_REVOKED']);
});

test('a retry with the same key gets the same refresh token', async () => {
  const { refreshToken } = await signIn();
  const ask = async () => (await (await tokens({ refreshToken }, { 'idempotency-key': 'k1' })).json()) as Tokens;
  const [first, again] = [await ask(), await ask()];
  expect(again.refreshToken).toBe(first.refreshToken);
  expect((await tokens({ refreshToken: again.refreshToken })).status).toBe(200);
});

test('revocation ends a refresh token; an invalid one is not an error', async () => {
  const { refreshToken, accessToken } = await signIn();
  for (const token of [refreshToken, refreshToken, accessToken, 'x']) {
    expect((await post('/v1/tokens/revocation', { refreshToken: token })).status).toBe(204);
  }
  expect(await refusal(await tokens({ refreshToken }))).toEqual([401, 'TOKEN_REVOKED']);
  expect(await refusal(await post('/v1/tokens/revocation', {}))).toEqual([400, 'VALIDATION_FAILED']);
});

test.each([
  ['an access token', async () => (await signIn()).accessToken],
  ['a token with a wrong signature', async () => `${(await testToken('olga')).slice(0, -4)}AAAA`],
  ['any other text', async () => 'x'],
])('%s is not a refresh token', async (_name, token) => {
  const answer = await tokens({ refreshToken: await token() });
  expect(answer.status).toBe(401);
  expect(await answer.json()).toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('a wrong password is WRONG_CREDENTIALS', async () => {
  const answer = await tokens({ customer: 'olga', password: 'guess' });
  expect(await refusal(answer)).toEqual([401, 'WRONG_CREDENTIALS']);
});

test.each([
  [{}],
  [{ customer: 'olga' }],
  [{ customer: 'olga', password: 'halftone', remember: true }],
  [{ customer: 7, password: 'x' }],
])('%j is refused', async (body) => {
  const answer = await tokens(body);
  expect(await refusal(answer)).toEqual([400, 'VALIDATION_FAILED']);
});

test('/v1/me and /v1/accounts/me show the caller', async () => {
  stubs.getAccount = async () => ({
    account: {
      customer: currentCall()?.principal?.customer ?? '',
      name: 'Olga',
      role: 2,
      balance: 100_000,
      currency: 'USD',
    },
  });
  const { accessToken } = await signIn();
  expect(await (await get('/v1/me', accessToken)).json()).toEqual({ customer: 'olga', name: 'Olga', role: 'operator' });
  expect(await (await get('/v1/accounts/me', accessToken)).json()).toEqual({
    customer: 'olga',
    balance: 100_000,
    currency: 'USD',
  });
});
