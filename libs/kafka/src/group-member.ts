import { setTimeout as sleep } from 'node:timers/promises';
import { logger } from '@halftone/service';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { consumerLosses } from './metrics';

/**
 * The broker's default minimum. A killed member blocks its partitions for this long, because it returns with a new
 * member id (kafkajs has no static membership).
 */
const SESSION_TIMEOUT_MS = 6000;
export const HEARTBEAT_MS = 1000;
/** Longer than a rebalance may take. A consumer that is silent for this long never comes back (kafkajs #1277). */
const SILENCE_MS = 45_000;
const LONGEST_BACKOFF_MS = 2000;
/**
 * After this long without a join, for reasons that kafkajs calls final, a fresh process may succeed where this one
 * does not.
 */
const GIVE_UP_MS = 120_000;

/** The membership between two joins; what the member knows under it may be wrong under the next. */
export interface Membership {
  isCurrent(): boolean;
}

interface GroupMemberOptions {
  kafka: Kafka;
  group: string;
  topics: readonly string[];
  eachBatch(payload: EachBatchPayload, membership: Membership): Promise<void>;
  /** Called before a lost consumer is replaced: the brokers may have come back without their topics. */
  prepare(): Promise<void>;
  /** Called when the member cannot recover; the process must end so that a fresh one takes over. */
  onFatal(error: Error): void;
}

/**
 * A member of a consumer group for the life of the process. kafkajs restarts its consumer after some errors and
 * leaves it dead after others. Here every lost or silent consumer is abandoned and replaced, whatever the reason.
 */
export class GroupMember {
  private consumer: Consumer | undefined;
  private membership: object = {};
  private lost = Promise.withResolvers<Error | undefined>();
  private lastActivityAt = 0;
  private lastJoinAt = 0;
  private stopping = false;
  private running: Promise<void> | undefined;

  constructor(private readonly options: GroupMemberOptions) {
    consumerLosses.inc({ group: options.group }, 0);
  }

  /** Resolves when connected. The join continues in the background; after a crash it may take the session timeout. */
  async start(): Promise<void> {
    this.lastJoinAt = Date.now();
    try {
      await this.open();
    } catch (error) {
      await this.close();
      throw error;
    }
    this.running = this.runUntilStopped();
  }

  /** Finishes the current message, commits, and leaves the group so that others take over immediately. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.lost.resolve(undefined);
    await this.running;
  }

  private async runUntilStopped(): Promise<void> {
    for (let failures = 0; ; failures += 1) {
      const watch = setInterval(() => this.detectSilence(), HEARTBEAT_MS);
      const error = await this.lost.promise;
      clearInterval(watch);
      await this.close();
      if (this.stopping) return;
      if (this.lastJoinAt > Date.now() - SILENCE_MS) failures = 0;
      this.reportLoss(error);
      await sleep(Math.min(100 * 2 ** failures, LONGEST_BACKOFF_MS));
      await this.reopen().catch((failure: Error) => this.lost.resolve(failure));
    }
  }

  private async reopen(): Promise<void> {
    this.lost = Promise.withResolvers();
    if (this.stopping) return this.lost.resolve(undefined);
    await this.options.prepare();
    await this.open();
  }

  private async open(): Promise<void> {
    const { kafka, group, topics } = this.options;
    const { lost } = this;
    const consumer = kafka.consumer({
      groupId: group,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      rebalanceTimeout: 10_000,
      maxWaitTimeInMs: 100,
      minBytes: 1,
      maxBytes: 4 * 1024 * 1024,
      retry: { initialRetryTime: 100, maxRetryTime: 2000, retries: 8, restartOnFailure: async () => false },
    });
    this.consumer = consumer;
    this.listen(consumer, lost.resolve);
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    const running = consumer.run({
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 8,
      eachBatch: (payload) => {
        const membership = this.membership;
        return this.options.eachBatch(payload, { isCurrent: () => membership === this.membership });
      },
    });
    running.catch(lost.resolve);
  }

  private listen(consumer: Consumer, onLost: (error: Error) => void): void {
    const { events } = consumer;
    this.lastActivityAt = Date.now();
    const recordActivity = () => (this.lastActivityAt = Date.now());
    for (const event of [events.FETCH, events.HEARTBEAT, events.REBALANCING]) consumer.on(event, recordActivity);
    consumer.on(events.CRASH, ({ payload: { error } }) => onLost(error));
    consumer.on(events.GROUP_JOIN, () => {
      this.membership = {};
      this.lastActivityAt = this.lastJoinAt = Date.now();
    });
  }

  private detectSilence(): void {
    if (Date.now() - this.lastActivityAt > SILENCE_MS) this.lost.resolve(new Error(`silent for ${SILENCE_MS} ms`));
  }

  private reportLoss(error: Error | undefined): void {
    const { group, onFatal } = this.options;
    consumerLosses.inc({ group });
    logger('consumer').warn({ group, err: error }, 'the consumer was lost; replacing it');
    if (error && !isTransient(error) && Date.now() - this.lastJoinAt > GIVE_UP_MS) onFatal(error);
  }

  /** A consumer that cannot leave is abandoned: the broker ends its membership. */
  private async close(): Promise<void> {
    const consumer = this.consumer;
    this.consumer = undefined;
    const left = consumer
      ?.disconnect()
      .catch((error: Error) => logger('consumer').debug({ err: error }, 'the consumer did not leave its group'));
    await Promise.race([left, sleep(SILENCE_MS, undefined, { ref: false })]);
    this.membership = {};
  }
}

/** As kafkajs itself judges: exhausted retries count by their cause. */
function isTransient(error: Error & { retriable?: boolean }): boolean {
  const { cause } = error;
  if (error.name === 'KafkaJSNumberOfRetriesExceeded') return true;
  return cause instanceof Error ? isTransient(cause) : error.retriable !== false;
}
