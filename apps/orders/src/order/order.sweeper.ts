import { setTimeout as sleep } from 'node:timers/promises';
import { logger, withSpan } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { OrderService } from './order.service';

const everyMs = 500;
const batch = 50;

/**
 * Looks for orders whose step has taken too long. Every replica does; the row lock lets one of them act on an order, and a process that
 * dies in between leaves the order as it was for the next look.
 */
@Injectable()
export class OrderSweeper {
  private readonly log = logger('orders.timeout');
  private readonly stopped = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly orders: OrderService) {}

  start(): void {
    this.running = this.loop();
  }

  /** Ends after the order that is being looked at. */
  async stop(): Promise<void> {
    this.stopped.abort();
    await this.running;
  }

  private async loop(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      await this.sweep().catch((error: unknown) =>
        this.log.warn({ err: error }, 'overdue orders were not looked after'),
      );
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async sweep(): Promise<void> {
    for (const id of await this.orders.overdue(batch)) {
      if (this.stopped.signal.aborted) return;
      await withSpan('orders.timeout', { 'order.id': id }, () => this.orders.timeOut(id));
    }
  }
}
