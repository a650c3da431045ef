import { DomainError } from '@halftone/kernel';
import { type Principal, verifyToken } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { TokenBucket } from '../admission/token-bucket';
import { CONFIG, type RealtimeConfig } from '../config';
import type { Caller } from './caller.service';

/** As much of a connection as its conduct needs. */
export interface Talker {
  caller: Caller | undefined;
  /** Made at its first message: most connections only listen. */
  bucket: TokenBucket | undefined;
}

/** How much a client may say, and for how long its token lets it. */
@Injectable()
export class ConductService {
  constructor(@Inject(CONFIG) private readonly config: RealtimeConfig) {}

  /** False for the message that is one too many. */
  admits(talker: Talker): boolean {
    const { REALTIME_MESSAGES_PER_SECOND, REALTIME_MESSAGES_AT_ONCE } = this.config;
    talker.bucket ??= new TokenBucket(REALTIME_MESSAGES_PER_SECOND, REALTIME_MESSAGES_AT_ONCE);
    return talker.bucket.take(performance.now()) === 0;
  }

  /**
   * From now on the connection lasts as long as this token. Throws UNAUTHENTICATED, TOKEN_EXPIRED, or FORBIDDEN when it is not of the
   * same customer in the same role: what is subscribed to was allowed to that one.
   */
  async renew(talker: Talker, token: string): Promise<void> {
    const fresh = await verifyToken(token);
    if (talker.caller && !isSame(talker.caller.principal, fresh.principal)) {
      throw new DomainError('FORBIDDEN', 'This token is of somebody else; open another connection with it');
    }
    talker.caller = fresh;
  }
}

const isSame = (one: Principal, other: Principal): boolean =>
  one.customer === other.customer && one.role === other.role;
