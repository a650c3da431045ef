import { wsu } from './names';
import { SoapFault } from './soap-fault';
import { childrenOf, type Element, is, textOf } from './xml';

/** How long a message may be valid, and how far clocks may be apart. */
export const longestMs = 5 * 60_000;
export const skewMs = 30_000;

/** RFC 3339 with a zone; years beyond 9999 are no years of ours. */
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

export function instantOf(text: string): Date {
  const time = new Date(instant.test(text) ? text : NaN);
  if (Number.isNaN(time.getTime())) throw new SoapFault('SECURITY_INVALID', 'a time that is no UTC instant');
  return time;
}

export interface Lifetime {
  created: Date;
  expires: Date;
}

/** What a Timestamp says, whether or not that is now. */
export function lifetimeOf(timestamp: Element): Lifetime {
  const [created, expires, ...others] = childrenOf(timestamp);
  if (!created || !expires || others.length > 0 || !is(created, wsu, 'Created') || !is(expires, wsu, 'Expires'))
    throw new SoapFault('SECURITY_INVALID', 'a Timestamp is Created and Expires');
  return { created: instantOf(textOf(created)), expires: instantOf(textOf(expires)) };
}

/** Throws SECURITY_EXPIRED, or SECURITY_INVALID for a lifetime that nothing of ours may have. */
export function insistOnFresh({ created, expires }: Lifetime, now: Date): void {
  const lasts = expires.getTime() - created.getTime();
  if (lasts <= 0 || lasts > longestMs)
    throw new SoapFault('SECURITY_INVALID', `a Timestamp lasts at most ${longestMs / 60_000} minutes`);
  insistOnRecent(created, now);
  if (expires.getTime() + skewMs < now.getTime()) throw expired();
}

/** Neither from the future nor older than any message may be. */
export function insistOnRecent(created: Date, now: Date): void {
  const age = now.getTime() - created.getTime();
  if (age < -skewMs || age > longestMs + skewMs) throw expired();
}

const expired = () => new SoapFault('SECURITY_EXPIRED', 'the message is not of this moment');
