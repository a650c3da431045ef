/**
 * Whether a page of this origin may use the stream. Browsers send cookies and tickets for whoever asks, so a WebSocket, which knows no
 * same-origin rule, has to look itself (RFC 6455 §10.2). Clients that are no browser send no Origin.
 */
export function isAllowedOrigin(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  if (origin === undefined || allowed.includes('*') || allowed.includes(origin)) return true;
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}
