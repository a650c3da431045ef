import { addressOf, isNetwork, trustProxies } from './client-address';

const address = (remoteAddress: string | undefined, forwarded?: string | string[]) =>
  addressOf({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } });

beforeEach(() => trustProxies([]));
afterAll(() => trustProxies([]));

test('without trusted proxies the header is ignored', () => {
  expect(address('203.0.113.9', '198.51.100.1')).toBe('203.0.113.9');
  expect(address('127.0.0.1', '198.51.100.1')).toBe('127.0.0.1');
});

describe('behind trusted proxies', () => {
  beforeEach(() => trustProxies(['10.0.0.0/8', 'fd00::/8', '192.0.2.1']));

  test.each<[string, string, string | string[] | undefined, string]>([
    ['one hop', '10.1.1.1', '198.51.100.1', '198.51.100.1'],
    ['two hops', '192.0.2.1', '198.51.100.1, 10.2.2.2', '198.51.100.1'],
    ['two header fields', '10.1.1.1', ['198.51.100.1', '10.2.2.2'], '198.51.100.1'],
    ['a client that forged hops before its own', '10.1.1.1', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
    ['a client that forged a trusted hop', '10.1.1.1', '10.9.9.9, 198.51.100.1', '198.51.100.1'],
    ['a client that bypassed the proxies', '198.51.100.7', '10.9.9.9', '198.51.100.7'],
    ['a client inside the network', '10.1.1.1', undefined, '10.1.1.1'],
    ['only proxies', '10.1.1.1', '10.2.2.2', '10.2.2.2'],
    ['no address', '10.1.1.1', 'unknown', '10.1.1.1'],
    ['no address before an address', '10.1.1.1', 'x, 198.51.100.1', '198.51.100.1'],
    ['a port', '10.1.1.1', '198.51.100.1:4711', '198.51.100.1'],
    ['an IPv6 address with a port', '10.1.1.1', '[2001:db8:1:2::1]:4711', '2001:db8:1:2::/64'],
    ['an IPv6 proxy', 'fd00::5', '198.51.100.1', '198.51.100.1'],
    ['an IPv4 proxy on IPv6', '::ffff:10.1.1.1', '::ffff:198.51.100.1', '198.51.100.1'],
  ])('%s', (_what, peer, header, expected) => {
    expect(address(peer, header)).toBe(expected);
  });

  test('a very long header costs no more than a few hops', () => {
    expect(address('10.1.1.1', `198.51.100.1, ${'10.2.2.2, '.repeat(5_000)}10.2.2.2`)).toBe('10.2.2.2');
  });
});

test.each([
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2:ffff::', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s counts as its /64', (peer, network) => {
  expect(address(peer)).toBe(network);
});

test('a closed connection has no address', () => {
  expect(address(undefined)).toBe('unknown');
});

test.each([
  ['10.0.0.0/8', true],
  ['fd00::/8', true],
  ['192.0.2.1', true],
  ['10.0.0.0/33', false],
  ['fd00::/129', false],
  ['example.com', false],
  ['10.0.0', false],
])('%s is a network: %s', (text, expected) => {
  expect(isNetwork(text)).toBe(expected);
});
