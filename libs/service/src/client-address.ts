import { BlockList, isIP, SocketAddress } from 'node:net';

/**
 * The client address that the limits per address use.
 *
 * Anybody can send `X-Forwarded-For`, so only entries written by trusted proxies count: from the right, each trusted
 * address vouches for the one before it (RFC 7239 §8.1). The first address that nobody vouches for is the client's.
 */
const maxForwarded = 20;

let proxies = new BlockList();

const cidr = /^([\da-f:.]+)(?:\/(\d{1,3}))?$/i;

function parse(text: string): { address: string; family: 'ipv4' | 'ipv6'; prefix: number } | undefined {
  const [, address = '', bits] = cidr.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return undefined;
  const longest = version === 4 ? 32 : 128;
  const prefix = bits === undefined ? longest : Number(bits);
  return prefix > longest ? undefined : { address, family: version === 4 ? 'ipv4' : 'ipv6', prefix };
}

/** `192.0.2.7`, `10.0.0.0/8` or `fd00::/8`. */
export const isNetwork = (text: string): boolean => parse(text) !== undefined;

/** Sets the trusted proxies of the process, from TRUSTED_PROXIES. */
export function trustProxies(networks: readonly string[]): void {
  proxies = new BlockList();
  for (const text of networks) {
    const network = parse(text);
    if (network) proxies.addSubnet(network.address, network.prefix, network.family);
  }
}

const mappedV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** An IPv4 client of a server that listens on IPv6 is the same client. */
const plain = (address: string): string => mappedV4.exec(address)?.[1] ?? address;

const isTrusted = (address: string): boolean => proxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Whether a connection from this address carries the requests of others. */
export const isTrustedProxy = (address = ''): boolean => isIP(plain(address)) !== 0 && isTrusted(plain(address));

/** A Fastify request, a Node request, or anything with both fields. */
interface AddressedRequest {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  socket: { readonly remoteAddress?: string | undefined };
}

/**
 * The client's address as the limits count it: an IPv4 address, or the /64 of an IPv6 address, because one subscriber
 * owns a whole /64. `unknown` when the connection is closed.
 */
export function addressOf({ headers, socket }: AddressedRequest): string {
  let address = plain(socket.remoteAddress ?? '');
  if (isIP(address) === 0) return 'unknown';
  for (const forwarded of forwardedFor(headers['x-forwarded-for'])) {
    if (!isTrusted(address) || isIP(forwarded) === 0) break;
    address = forwarded;
  }
  return isIP(address) === 6 ? network64(address) : address;
}

/** Some proxies add the port of the connection: `192.0.2.7:4711`, `[2001:db8::1]:4711`. */
const withPort = /^(?:\[([\da-f:.]+)\]|(\d+\.\d+\.\d+\.\d+))(?::\d+)?$/i;

function hopOf(text: string): string {
  const [, v6, v4] = withPort.exec(text.trim()) ?? [];
  return plain(v6 ?? v4 ?? text.trim());
}

/** Nearest hop first. */
function forwardedFor(header: string | string[] | undefined): string[] {
  if (header === undefined) return [];
  const hops = [header].flat().join(',').split(',');
  return hops.slice(-maxForwarded).map(hopOf).reverse();
}

/** `2001:db8:1:2::/64` */
function network64(address: string): string {
  // Normalizes the address, with at most one `::`.
  const { address: canonical } = new SocketAddress({ address: address.replace(/%.*$/, ''), family: 'ipv6' });
  const [head = '', tail] = canonical.split('::');
  const first = head.split(':').filter(Boolean);
  const missing = tail === undefined ? 0 : 8 - first.length - tail.split(':').filter(Boolean).length;
  const groups = [...first, ...Array.from({ length: missing }, () => '0'), ...(tail ?? '').split(':').filter(Boolean)];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
