import { fingerprintOf, lostBetween } from './release-fingerprint.ts';

const secret = (password: string) => ({ metadata: { name: 'halftone-secrets' }, data: { password, key: 'a2V5' } });
const helms = (data: string) => ({
  metadata: { name: 'release.v1' },
  type: 'helm.sh/release.v1',
  data: { release: data },
});
const verdict = (checked: number) => ({ ok: true, checked, results: [{ invariant: 'orders', ok: true, checked }] });

const before = fingerprintOf([secret('x'), helms('1')], verdict(10));

test('more rows and another revision are no loss', () => {
  expect(lostBetween(before, fingerprintOf([helms('2'), secret('x')], verdict(12)))).toEqual([]);
});

test('another password, a Secret that is gone or rows that are gone are', () => {
  expect(lostBetween(before, fingerprintOf([secret('y')], verdict(9)))).toEqual([
    'Secret halftone-secrets is not what it was',
    'orders: 9 where there were 10',
  ]);
  expect(lostBetween(before, fingerprintOf([], verdict(10)))).toEqual(['Secret halftone-secrets is not what it was']);
});

test('nothing to compare is no proof', () => {
  expect(lostBetween(fingerprintOf([], verdict(1)), fingerprintOf([], verdict(1)))).toEqual([
    'there was no Secret to compare',
  ]);
});

test('no value of a Secret is kept', () => {
  expect(JSON.stringify(before)).not.toContain('a2V5');
});
