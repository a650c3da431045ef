/**
 * Headers of one connection only (RFC 9110 §7.6.1). Expect is also handled here: the server already receives the
 * body.
 */
const hopByHop = [
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/**
 * The headers that may be forwarded: without hop-by-hop headers and those that Connection lists. Names are lower
 * case.
 */
export function endToEnd<Value>(headers: Readonly<Record<string, Value>>): Record<string, Value> {
  const named = String(headers['connection'] ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const dropped = new Set([...hopByHop, ...named]);
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !dropped.has(name) && !name.startsWith('proxy-')),
  );
}
