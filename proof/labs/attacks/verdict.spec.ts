import { attacks } from './all.ts';
import { limitsIn } from './memory.ts';
import type { ServiceLevel } from './other-customer.ts';
import { complaintsAbout, ratio, type Round, type Seen } from './verdict.ts';

const served = (p99: number, failed = 0): ServiceLevel => ({
  ...{ requests: 100, failed, firstFailure: failed > 0 ? '/v1/products: 503' : undefined, p50: 5, p99 },
});
const round = (calm: number, attacked: number): Round => ({ calm: served(calm), attacked: served(attacked) });

const attack = { refusedBy: ['429'], atMost: { 200: 5 } };
const limitOf = () => 256;
const seen: Seen = {
  ...{ attack: 'guesses', seconds: 20, answers: { 200: 5, 429: 100 }, rounds: [round(50, 60)] },
  ...{ memory: { gateway: 200 }, restarted: [], harm: [], broken: [] },
};
const complaints = (change: Partial<Seen>) => complaintsAbout({ ...seen, ...change }, attack, limitOf);

test('an attack that is refused and harms nobody is as promised', () => {
  expect(complaints({})).toEqual([]);
});

test.each<[string, Partial<Seen>, string]>([
  ['one that is never refused', { answers: { 200: 5 } }, 'never answered 429'],
  ['one that succeeds too often', { answers: { 200: 6, 429: 1 } }, 'answered 200 6 times, more than 5'],
  ['one that makes others wait', { rounds: [round(50, 126)] }, "another customer's p99 is 2.02 × what it is without"],
  [
    'one that makes others fail',
    { rounds: [{ calm: served(50), attacked: served(50, 2) }] },
    '2 requests of another customer failed, the first with /v1/products: 503',
  ],
  ['one that takes too much memory', { memory: { gateway: 257 } }, 'gateway took 257 MiB, its limit is 256'],
  ['one that ends a process', { restarted: ['gateway'] }, 'gateway restarted'],
  ['one that keeps somebody out', { harm: ['olga is kept out'] }, 'olga is kept out'],
  ['one that breaks a promise', { broken: ['outbox-empty'] }, 'verify: outbox-empty broken'],
])('%s is not', (_what, change, complaint) => {
  expect(complaints(change)).toEqual([complaint]);
});

test('the median of the rounds counts, and what noise may add does not', () => {
  expect(ratio({ rounds: [round(10, 35), round(10, 45), round(10, 500)] })).toBe(2);
});

test('the limits of memory are those of the chart', () => {
  const values = `
services:
  gateway: { calls: [] }
  images: { resources: { limits: { memory: 1Gi } } }
serviceDefaults: { resources: { limits: { memory: 256Mi } } }`;
  const limits = limitsIn(values);
  expect([limits('gateway'), limits('images'), limits('bank')]).toEqual([256, 1024, 256]);
  expect(() => limitsIn('services: {}\nserviceDefaults: {}')('gateway')).toThrow('no limit of memory for gateway');
});

test('each attack has a name of its own and an answer that bounds it', () => {
  const names = attacks.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(attacks.filter(({ refusedBy }) => refusedBy.length === 0)).toEqual([]);
});
