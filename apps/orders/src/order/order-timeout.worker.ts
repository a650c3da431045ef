import { PollLoop, rowByRow, withSpan } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { OrderService } from './order.service';
import type { OverdueOrder } from './order.store';

const name = 'orders.timeout';
const everyMs = 500;
const pageSize = 50;

/**
 * Polls for orders that exceeded the time limit of their step. Every replica polls; the row lock lets one of them act on an
 * order. If the process dies in between, the transaction rolls back and the next poll finds the order again.
 */
@Injectable()
export class OrderTimeoutWorker {
  private readonly loop: PollLoop;

  constructor(orders: OrderService) {
    const run = rowByRow<OverdueOrder>(name, {
      after: (last) => orders.overdue(pageSize, last),
      key: ({ id }) => id,
      work: ({ id }) => withSpan(name, { 'order.id': id }, () => orders.timeOut(id)),
    });
    this.loop = new PollLoop({ name, everyMs, run });
  }

  start(): void {
    this.loop.start();
  }

  /** Resolves after the order in progress is finished. */
  async stop(): Promise<void> {
    await this.loop.stop();
  }
}
