/**
 * Whether a page of this origin may use this server. WebSockets have no same-origin rule, so the server must check
 * the origin itself (RFC 6455 §10.2). Clients other than browsers send no Origin.
 */
export function isAllowedOrigin(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  if (origin === undefined || allowed.includes('*') || allowed.includes(origin)) return true;
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}
