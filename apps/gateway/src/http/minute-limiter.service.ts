import { limits } from '@halftone/contracts';
import { DomainError, isDomainError } from '@halftone/kernel';
import { type RateWindow, WindowCounts } from '@halftone/redis';
import { BoundedCache, counter, requirePrincipal } from '@halftone/service';
import { Injectable } from '@nestjs/common';

const windowMs = 60_000;
const [maxBytes, nameBytes] = [4 * 2 ** 20, 200];

const rates = {
  tickets: { max: limits.ticketsOfCustomer.value, windowMs },
  unknown_recipients: { max: limits.unknownRecipients.value, windowMs },
} as const satisfies Record<string, RateWindow>;

type Limit = keyof typeof rates;

const messages: Readonly<Record<Limit, string>> = {
  tickets: 'Too many tickets in a minute: use one ticket per connection, and keep the connection open',
  unknown_recipients: 'Too many transfers to customers who do not exist: check the name, and try again later',
};

const refusals = counter(
  'customer_window_refusals_total',
  'Requests refused because a customer exceeded a limit per minute',
  {
    what: Object.keys(rates),
  },
);
const unknown = counter('unknown_recipients_total', 'Transfers to recipients who are not customers');

/** Limits of one customer per minute, counted over all replicas. Throws RATE_LIMITED beyond them. */
@Injectable()
export class MinuteLimiter {
  /** Customers over the limit and the end of their window. A local cache: other transfers need no call to Redis. */
  private readonly blockedUntil = new BoundedCache<number>({ maxBytes });

  constructor(private readonly counts: WindowCounts) {}

  async takeTicket(): Promise<void> {
    refuse('tickets', await this.counts.take(nameOf('tickets'), rates.tickets));
  }

  /** The answer reveals whether a name is a customer, so unknown recipients are limited. */
  async guardRecipients<R>(transfer: () => Promise<R>): Promise<R> {
    const name = nameOf('unknown_recipients');
    const ends = this.blockedUntil.get(name, Date.now()) ?? 0;
    refuse('unknown_recipients', Math.max(0, ends - Date.now()));
    try {
      return await transfer();
    } catch (error) {
      if (!isDomainError(error) || error.code !== 'RECIPIENT_UNKNOWN') throw error;
      unknown.inc();
      const waitMs = await this.counts.take(name, rates.unknown_recipients);
      if (waitMs > 0)
        this.blockedUntil.set(name, Date.now() + waitMs, { bytes: nameBytes, expires: Date.now() + waitMs });
      refuse('unknown_recipients', waitMs);
      throw error;
    }
  }
}

const nameOf = (what: Limit) => `${what}:${requirePrincipal().customer}`;

function refuse(what: Limit, waitMs: number): void {
  if (waitMs === 0) return;
  refusals.inc({ what });
  throw new DomainError('RATE_LIMITED', messages[what], [], { retryAfterSeconds: Math.ceil(waitMs / 1_000) });
}
