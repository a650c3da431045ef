/** http://a:1 -> http://a:1 ws://a:1 */
const alsoAsSocket = (url: string): string => `${new URL(url).origin} ${new URL(url).origin.replace(/^http/, 'ws')}`;

/**
 * The security headers of the page: it may run only its own files, nothing inline, and connect only to this server and the
 * realtime replicas. It can't be framed. Pure.
 */
export function securityHeaders(realtimeUrls: readonly string[]): Record<string, string> {
  const policy = {
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'img-src': "'self' data: blob:",
    'media-src': "'self' blob:",
    'connect-src': ["'self'", ...new Set(realtimeUrls.map(alsoAsSocket))].join(' '),
    'base-uri': "'none'",
    'form-action': "'self'",
    'frame-ancestors': "'none'",
  };
  return {
    'content-security-policy': Object.entries(policy)
      .map((directive) => directive.join(' '))
      .join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'permissions-policy': 'camera=(self), microphone=(self), geolocation=()',
    'cross-origin-opener-policy': 'same-origin',
  };
}
