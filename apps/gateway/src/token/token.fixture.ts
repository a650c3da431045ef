import { randomUUID } from 'node:crypto';
import { paymentsV1 } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import type { Stubs } from '../services.fixture';

/** A fake accounts service: one password for all, one token family per sign-in, each refresh token usable once. */
export class FakeAccounts {
  role = paymentsV1.Role.OPERATOR;
  /** Number of passwords checked. */
  checked = 0;
  private readonly families = new Map<string, paymentsV1.Grant>();
  private readonly keys = new Map<string, string>();

  readonly stubs: Stubs = {
    signIn: async ({ customer, password }) => {
      this.checked += 1;
      if (password !== 'halftone') throw new DomainError('WRONG_CREDENTIALS', 'unknown customer or wrong password');
      return { grant: this.grant({ customer, family: randomUUID(), generation: 1 }) };
    },
    rotateRefreshToken: async ({ family, generation, idempotencyKey }) => {
      const known = this.families.get(family);
      const isRepeated = known?.generation === generation + 1 && this.keys.get(family) === idempotencyKey;
      if (known && isRepeated) return { grant: known };
      if (known?.generation !== generation) throw new DomainError('TOKEN_REVOKED', 'used before');
      this.keys.set(family, idempotencyKey);
      return { grant: this.grant({ customer: known.customer, family, generation: generation + 1 }) };
    },
    revokeTokenFamily: async ({ family }) => {
      this.families.delete(family);
      return {};
    },
  };

  private grant({ customer, family, generation }: Pick<paymentsV1.Grant, 'customer' | 'family' | 'generation'>) {
    const issuedAt = new Date();
    const expiresAt = new Date(issuedAt.getTime() + 86_400_000);
    const grant = { customer, name: 'Olga', role: this.role, family, generation, issuedAt, expiresAt };
    this.families.set(family, grant);
    return grant;
  }
}
