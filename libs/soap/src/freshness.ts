import { wsu } from './names';
import { SoapFault } from './soap-fault';
import { childrenOf, type Element, is, textOf } from './xml';

/** The longest validity of a message, and the largest difference between clocks. */
export const longestMs = 5 * 60_000;
export const skewMs = 30_000;

/** RFC 3339 with a zone and a year up to 9999. */
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

export function instantOf(text: string): Date {
  const time = new Date(instant.test(text) ? text : NaN);
  if (Number.isNaN(time.getTime())) throw new SoapFault('SECURITY_INVALID', 'a time must be a UTC instant');
  return time;
}

export interface Lifetime {
  created: Date;
  expires: Date;
}

/** The lifetime in a Timestamp, whether or not it is current. */
export function lifetimeOf(timestamp: Element): Lifetime {
  const [created, expires, ...others] = childrenOf(timestamp);
  if (!created || !expires || others.length > 0 || !is(created, wsu, 'Created') || !is(expires, wsu, 'Expires'))
    throw new SoapFault('SECURITY_INVALID', 'a Timestamp must consist of Created and Expires');
  return { created: instantOf(textOf(created)), expires: instantOf(textOf(expires)) };
}

/** Throws SECURITY_EXPIRED, or SECURITY_INVALID for an invalid lifetime. */
export function assertFresh({ created, expires }: Lifetime, now: Date): void {
  const lasts = expires.getTime() - created.getTime();
  if (lasts <= 0 || lasts > longestMs)
    throw new SoapFault('SECURITY_INVALID', `a Timestamp may last at most ${longestMs / 60_000} minutes`);
  assertRecent(created, now);
  if (expires.getTime() + skewMs < now.getTime()) throw expired();
}

/** Throws SECURITY_EXPIRED for a time in the future or older than any message may be. */
export function assertRecent(created: Date, now: Date): void {
  const age = now.getTime() - created.getTime();
  if (age < -skewMs || age > longestMs + skewMs) throw expired();
}

const expired = () => new SoapFault('SECURITY_EXPIRED', 'the message is not current');
