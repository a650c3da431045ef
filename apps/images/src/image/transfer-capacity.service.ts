import { DomainError } from '@halftone/kernel';

export interface CapacityLimits {
  /** For all transfers together. */
  bytes: number;
  /** How long a transfer waits for capacity. */
  waitMs: number;
  /** Further transfers are rejected immediately. */
  mostWaiting: number;
  /** One customer's share of `bytes` and `mostWaiting`. */
  perCustomer: { bytes: number; mostWaiting: number };
}

interface Waiter {
  customer: string;
  bytes: number;
  admit(): void;
}

/**
 * Bounds the bytes of photos that this process buffers for transfers. Without it, memory would grow with the number of
 * clients whenever the database or a client is slow. A transfer that announces its size waits first come, first served,
 * and buffers nothing meanwhile. Each customer has a share; uploads beyond it wait, and other customers overtake them.
 *
 * Throws OVERLOADED, or RATE_LIMITED if the customer's own uploads use up the share. Both can be retried.
 */
export class TransferCapacity {
  private taken = 0;
  private readonly takenBy = new Map<string, number>();
  private readonly waiting: Waiter[] = [];

  constructor(readonly limits: CapacityLimits) {}

  get used(): number {
    return this.taken;
  }

  /** The reservation of one transfer; the caller must release it. */
  open(customer: string): Reservation {
    return new Reservation(this, customer);
  }

  /** The most that one transfer can reserve. */
  get largest(): number {
    return Math.min(this.limits.bytes, this.limits.perCustomer.bytes);
  }

  /** Takes the bytes immediately, or returns false. */
  take(customer: string, bytes: number): boolean {
    if (this.taken + bytes > this.limits.bytes || !this.hasShare(customer, bytes)) return false;
    this.taken += bytes;
    this.takenBy.set(customer, this.of(customer) + bytes);
    return true;
  }

  async waitFor(customer: string, bytes: number): Promise<void> {
    const isFirst = this.waiting.every((other) => !this.hasShare(other.customer, other.bytes));
    if (isFirst && this.take(customer, bytes)) return;
    this.assertMayWait(customer);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(waiter), 1);
        this.admitNext();
        reject(this.refusal(customer, bytes));
      }, this.limits.waitMs);
      const admit = () => {
        clearTimeout(timer);
        resolve();
      };
      const waiter = { customer, bytes, admit };
      this.waiting.push(waiter);
    });
  }

  giveBack(customer: string, bytes: number): void {
    this.taken -= bytes;
    const left = this.of(customer) - bytes;
    if (left > 0) this.takenBy.set(customer, left);
    else this.takenBy.delete(customer);
    this.admitNext();
  }

  refusal(customer: string, bytes: number): DomainError {
    return this.hasShare(customer, bytes) ? overloaded() : tooMany();
  }

  private of(customer: string): number {
    return this.takenBy.get(customer) ?? 0;
  }

  private hasShare(customer: string, bytes: number): boolean {
    return this.of(customer) + bytes <= this.limits.perCustomer.bytes;
  }

  private assertMayWait(customer: string): void {
    const own = this.waiting.filter((other) => other.customer === customer).length;
    if (own >= this.limits.perCustomer.mostWaiting) throw tooMany();
    if (this.waiting.length >= this.limits.mostWaiting) throw overloaded();
  }

  /** Skips customers who used up their share. Never skips a large transfer, which might otherwise starve. */
  private admitNext(): void {
    for (;;) {
      const at = this.waiting.findIndex(({ customer, bytes }) => this.hasShare(customer, bytes));
      const next = this.waiting[at];
      if (!next || !this.take(next.customer, next.bytes)) return;
      this.waiting.splice(at, 1);
      next.admit();
    }
  }
}

/** The bytes reserved by one transfer. */
export class Reservation {
  private bytes = 0;

  constructor(
    private readonly capacity: TransferCapacity,
    private readonly customer: string,
  ) {}

  /** Waits for capacity. A transfer larger than the maximum reserves the maximum. */
  async reserve(bytes: number): Promise<void> {
    const wanted = Math.min(bytes, this.capacity.largest);
    await this.capacity.waitFor(this.customer, wanted);
    this.bytes += wanted;
  }

  /** Reserves unannounced bytes without waiting, because they are in memory already. */
  grow(to: number): void {
    const more = Math.min(to, this.capacity.largest) - this.bytes;
    if (more <= 0) return;
    if (!this.capacity.take(this.customer, more)) throw this.capacity.refusal(this.customer, more);
    this.bytes += more;
  }

  release(): void {
    this.capacity.giveBack(this.customer, this.bytes);
    this.bytes = 0;
  }
}

const overloaded = () => new DomainError('OVERLOADED', 'Other uploads use all memory for uploads at present');
const tooMany = () =>
  new DomainError('RATE_LIMITED', 'Your other uploads use all memory one customer may have; wait until they end');
