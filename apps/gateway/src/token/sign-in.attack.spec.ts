/** Passwords are guessed as fast as possible while owners sign in. Without Redis, so the gateway counts alone. */
import { Agent, request } from 'node:http';
import { limits } from '@halftone/contracts';
import type { RunningService } from '@halftone/service';
import { bootService } from '@halftone/testing';
import { gateway } from '../gateway';
import { fakeServices, gatewayEnv } from '../services.fixture';
import { FakeAccounts } from './token.fixture';

const accounts = new FakeAccounts();
let services: RunningService;
let edge: RunningService;

beforeAll(async () => {
  services = await bootService(fakeServices(accounts.stubs));
  edge = await bootService(gateway, { ...gatewayEnv(services.grpcUrl), REQUEST_BUDGET_MS: '30000' });
});
afterAll(async () => {
  await edge.stop();
  await services.stop();
});
beforeEach(() => (accounts.checked = 0));

interface Answer {
  status: number;
  code: string | undefined;
  retryAfter: number;
}

/** Every address of 127.0.0.0/8 is this machine. */
function signIn(localAddress: string, customer: string, password: string, headers = {}): Promise<Answer> {
  const body = JSON.stringify({ customer, password });
  return new Promise((resolve, reject) => {
    const sending = request(`${edge.httpUrl}/v1/tokens`, {
      agent: new Agent({ localAddress }),
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
    });
    sending.on('error', reject).on('response', (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += String(chunk)));
      answer.on('end', () => {
        const { code } = JSON.parse(text) as { code?: string };
        resolve({ status: answer.statusCode ?? 0, code, retryAfter: Number(answer.headers['retry-after'] ?? 0) });
      });
    });
    sending.end(body);
  });
}

const times = <R>(count: number, work: (index: number) => Promise<R>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));
const statusOf = async (answer: Promise<Answer>) => (await answer).status;
const { wrongPasswords, wrongPasswordsOfAddress, wrongPasswordsOfAccount, signInsAtOnce } = limits;

test('after 150 concurrent guesses the address is refused the right password, but the owner can sign in from elsewhere', async () => {
  const answers = await times(150, (index) => signIn('127.0.1.1', 'olga', `guess ${index}`));
  expect(accounts.checked).toBeGreaterThanOrEqual(wrongPasswords.value);
  expect(accounts.checked).toBeLessThan(wrongPasswords.value + signInsAtOnce.value);
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(accounts.checked);
  const right = await signIn('127.0.1.1', 'olga', 'halftone');
  expect(right).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
  expect(right.retryAfter).toBeGreaterThan(10);
  expect(await statusOf(signIn('127.0.1.2', 'olga', 'halftone'))).toBe(200);
  expect(await statusOf(signIn('127.0.1.1', 'alice', 'halftone'))).toBe(200);
});

test('a forged X-Forwarded-For does not change the address', async () => {
  for (let guess = 0; guess < 20; guess += 1)
    await signIn('127.0.2.1', 'bob', `guess ${guess}`, { 'x-forwarded-for': `198.51.100.${guess}` });
  expect(accounts.checked).toBe(wrongPasswords.value);
});

test('one password tried on every account: the address is refused, except for customers known there', async () => {
  expect(await statusOf(signIn('127.0.3.1', 'neighbour', 'halftone'))).toBe(200);
  await times(150, (index) => signIn('127.0.3.1', `customer-${index}`, '123456'));
  expect(accounts.checked).toBeLessThan(1 + wrongPasswordsOfAddress.value + signInsAtOnce.value);
  expect(await statusOf(signIn('127.0.3.1', 'customer-151', 'halftone'))).toBe(429);
  expect(await statusOf(signIn('127.0.3.1', 'neighbour', 'halftone'))).toBe(200);
});

test('many addresses guess together: they are slowed down, and the owner can sign in from a known address', async () => {
  expect(await statusOf(signIn('127.0.4.1', 'carol', 'halftone'))).toBe(200);
  await times(150, (index) => signIn(`127.0.5.${index + 1}`, 'carol', 'guess'));
  await times(50, (index) => signIn(`127.0.6.${index + 1}`, 'carol', 'guess'));
  const stranger = await signIn('127.0.7.1', 'carol', 'guess');
  expect(accounts.checked).toBeGreaterThanOrEqual(wrongPasswordsOfAccount.value);
  expect(stranger).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
  expect(stranger.retryAfter).toBeLessThanOrEqual(60);
  expect(await statusOf(signIn('127.0.4.1', 'carol', 'halftone'))).toBe(200);
});

test('correct passwords are never limited', async () => {
  expect(await times(150, () => statusOf(signIn('127.0.8.1', 'dave', 'halftone')))).toEqual(Array(150).fill(200));
});
