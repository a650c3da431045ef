import { replayedHeader } from '@halftone/contracts';
import { failpoint, logger } from '@halftone/service';
import type { KafkaMessage } from 'kafkajs';
import type { EventDelivery } from './event-delivery';
import { headerOf } from './event-message';
import { actionOnFailure, delayAfter } from './failure';
import type { Position } from './parked-event';
import { nameOf, type PartitionBacklogs } from './partition-backlogs';
import { isKnown, keyOf, type PartitionBacklog, type RetryQueue, withStatementTimeout } from './retry-queue';

interface SingleHandlingOptions {
  group: string;
  queue: RetryQueue;
  backlogs: PartitionBacklogs;
  delivery: EventDelivery;
  /** Called after an event was parked. */
  onParked(): void;
}

/** Handles one message of a partition, and decides what happens after a failure: a retry in place, or the retry queue. */
export class SingleHandling {
  /** Attempts of the current message, per partition. */
  private readonly attempts = new Map<string, number>();

  constructor(private readonly options: SingleHandlingOptions) {}

  /** Whether the current message of the partition has failed and is retried in place. */
  isRetrying(position: Position): boolean {
    return this.attempts.has(nameOf(position));
  }

  /** Undefined once the message is handled or in the retry queue; else the delay before the next attempt. */
  async handleOrPark(
    position: Position,
    message: KafkaMessage,
    backlogOf: () => Promise<PartitionBacklog>,
  ): Promise<number | undefined> {
    const partition = nameOf(position);
    const attempt = (this.attempts.get(partition) ?? 0) + 1;
    try {
      const backlog = await withStatementTimeout(backlogOf);
      if (!(await this.parkBehind(backlog, position, message))) await this.handle(backlog, position, message, attempt);
      this.attempts.delete(partition);
      return undefined;
    } catch (error) {
      this.attempts.set(partition, attempt);
      // A row may have been written although the answer was lost.
      this.options.backlogs.forget(position);
      this.options.delivery.count(position, message, 'retried');
      const { offset } = message;
      logger('consumer').warn({ ...position, offset, attempt, err: error }, 'event not handled; retrying');
      return delayAfter(attempt);
    }
  }

  /** Whether the event is in the retry queue already, or had to join it behind an event of its key. */
  private async parkBehind(backlog: PartitionBacklog, position: Position, message: KafkaMessage): Promise<boolean> {
    if (isKnown(backlog, message)) return true;
    const key = keyOf(message);
    if (!backlog.keys.has(key) || isLetterOfOther(this.options.group, message)) return false;
    if (!(await withStatementTimeout(() => this.options.queue.enqueueBehind(position, message)))) {
      backlog.keys.delete(key);
      return false;
    }
    await failpoint('consumer.parked.behind');
    this.options.delivery.count(position, message, 'parked');
    return true;
  }

  /** Throws an error that is to be retried in place. */
  private async handle(
    backlog: PartitionBacklog,
    position: Position,
    message: KafkaMessage,
    attempt: number,
  ): Promise<void> {
    if (isLetterOfOther(this.options.group, message)) return;
    try {
      if (await this.options.delivery.deliver(position, message))
        this.options.delivery.count(position, message, 'done');
    } catch (error) {
      const action = actionOnFailure(error, attempt);
      if (action === 'retry') throw error;
      await withStatementTimeout(() => this.options.queue.enqueue(position, message, error, action === 'dead-letter'));
      await failpoint('consumer.parked.stored');
      backlog.keys.add(keyOf(message));
      this.options.delivery.count(position, message, 'parked');
      const { offset } = message;
      logger('consumer').warn({ ...position, offset, err: error }, 'handler failed; event moved to the retry queue');
      this.options.onParked();
    }
  }
}

/** The replayed dead letter of another group that shares the topic. */
export function isLetterOfOther(own: string, { headers = {} }: KafkaMessage): boolean {
  const letter = headerOf(headers, replayedHeader);
  const group = letter?.slice(0, Math.max(0, letter.lastIndexOf('/')));
  return group !== undefined && group !== own;
}
