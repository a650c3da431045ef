import { Inject, Injectable } from '@nestjs/common';
import { TokenBucket } from './token-bucket';
import { CONFIG, type RealtimeConfig } from '../config';

/** The part of a connection that the limiter uses. */
export interface RateLimited {
  /** Created at the first message, because most connections send none. */
  bucket: TokenBucket | undefined;
}

/** Limits the messages of a client. */
@Injectable()
export class MessageLimiter {
  constructor(@Inject(CONFIG) private readonly config: RealtimeConfig) {}

  /** False if the message exceeds the limit. */
  admits(connection: RateLimited): boolean {
    const { REALTIME_MESSAGES_PER_SECOND, REALTIME_MESSAGES_AT_ONCE } = this.config;
    connection.bucket ??= new TokenBucket(REALTIME_MESSAGES_PER_SECOND, REALTIME_MESSAGES_AT_ONCE);
    return connection.bucket.take(performance.now()) === 0;
  }
}
