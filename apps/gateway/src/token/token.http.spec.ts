import { paymentsV1 } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { currentCall, type RunningService, verifyToken } from '@halftone/service';
import { bootService, testToken } from '@halftone/testing';
import { gateway } from '../gateway';
import { fakeServices, gatewayEnv, refusal, type Stubs } from '../services.fake';
import type { Tokens } from './token.service';

const stubs: Stubs = {};
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
beforeEach(() => {
  stubs.verifyPassword = async ({ customer, password }) => {
    if (password !== 'halftone') throw new DomainError('WRONG_CREDENTIALS', 'unknown customer or wrong password');
    return { customer, name: 'Olga', role: paymentsV1.Role.OPERATOR };
  };
});

const tokens = (body: unknown) =>
  fetch(`${edge.httpUrl}/v1/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
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

test('a refresh token gives new tokens for the same person, and nothing else', async () => {
  const { refreshToken } = await signIn();
  const renewed = (await (await tokens({ refreshToken })).json()) as Tokens;
  expect((await verifyToken(renewed.accessToken)).principal).toEqual({ customer: 'olga', role: 'operator' });
  expect((await get('/v1/me', refreshToken)).status).toBe(401);
});

test.each([
  ['an access token', async () => (await signIn()).accessToken],
  ['a token somebody else signed', async () => `${(await testToken('olga')).slice(0, -4)}AAAA`],
  ['no token at all', async () => 'x'],
])('%s is no refresh token', async (_name, token) => {
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

test('who I am and what I have', async () => {
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
