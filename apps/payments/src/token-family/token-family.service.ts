import { createHash, randomUUID } from 'node:crypto';
import { Database } from '@halftone/postgres';
import { counter, logger } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import type { Customer } from '../customer/customer';
import type { PaymentsTables } from '../tables';
import { decideRotation, openFamily, type TokenFamily } from './token-family';
import { TokenFamilyStore } from './token-family.store';

/** A family and the customer that its newest token is for. */
export interface Grant {
  family: TokenFamily;
  customer: Customer;
}

const uses = counter('refresh_tokens_used_total', 'Uses of refresh tokens, by decision', {
  outcome: ['rotate', 'repeat', 'revoke', 'refuse'],
});

const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** Decides which refresh tokens are valid. Postgres stores the families, so a loss of Redis never revives a used token. */
@Injectable()
export class TokenFamilyService {
  constructor(
    private readonly db: Database<PaymentsTables>,
    private readonly store: TokenFamilyStore,
  ) {}

  async open({ id, name, role }: Customer): Promise<Grant> {
    // Random in all bits, because nobody may guess it.
    const family = openFamily(randomUUID(), id, new Date());
    await this.store.insert(family);
    return { family, customer: { id, name, role } };
  }

  /** Throws TOKEN_EXPIRED or TOKEN_REVOKED. A token that was used before revokes its family; that commits before the error. */
  async rotate(id: string, generation: number, requestKey: string): Promise<Grant> {
    const use = { generation, requestKey: requestKey ? digestOf(requestKey) : null };
    const outcome = await this.db.tx(async (tx) => {
      const now = new Date();
      const rotation = decideRotation(uuid.test(id) ? await this.store.lock(tx, id) : undefined, use, now);
      if (rotation.decision === 'revoke') await this.store.revoke(tx, id, now);
      if ('refusal' in rotation) return rotation;
      if (rotation.decision === 'rotate') await this.store.rotate(tx, rotation.family);
      const customer = await this.store.customerOf(tx, rotation.family);
      return { ...rotation, customer };
    });
    uses.inc({ outcome: outcome.decision });
    if (outcome.decision === 'revoke')
      logger('tokens').warn({ family: id }, 'a refresh token was used again: its family is revoked');
    if ('refusal' in outcome) throw outcome.refusal;
    return outcome;
  }

  /** An unknown or ended family is no error (RFC 7009 §2.2). */
  async revoke(id: string): Promise<void> {
    if (uuid.test(id)) await this.db.tx((tx) => this.store.revoke(tx, id, new Date()));
  }
}

const digestOf = (key: string): string => createHash('sha256').update(key).digest('base64url');
