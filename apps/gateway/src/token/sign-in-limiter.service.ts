import { createHash } from 'node:crypto';
import { limits } from '@halftone/contracts';
import { DomainError, isDomainError } from '@halftone/kernel';
import { type CountedName, FailureCounts, type FailurePolicy } from '@halftone/redis';
import { counter, KeyedSemaphore } from '@halftone/service';
import { Injectable } from '@nestjs/common';

export interface SignInAttempt {
  customer: string;
  address: string;
}

const [secondMs, minuteMs, hourMs] = [1_000, 60_000, 3_600_000];

/** Only wrong passwords count; retrying too early does not extend the wait. */
const policies = {
  /** One account from one address. */
  pair: {
    free: limits.wrongPasswords.value,
    firstDelayMs: 30 * secondMs,
    maxDelayMs: 15 * minuteMs,
    forgetMs: hourMs,
  },
  /** One address, any account: one password tried on many accounts. */
  address: {
    free: limits.wrongPasswordsOfAddress.value,
    firstDelayMs: minuteMs,
    maxDelayMs: 15 * minuteMs,
    forgetMs: 15 * minuteMs,
  },
  /** One account, any address: many addresses guess together. The delay is short, because the owner may use a new address. */
  account: {
    free: limits.wrongPasswordsOfAccount.value,
    firstDelayMs: secondMs,
    maxDelayMs: minuteMs,
    forgetMs: hourMs,
  },
} as const satisfies Record<string, FailurePolicy>;

type Scope = keyof typeof policies;
const scopes = Object.keys(policies) as Scope[];

/** How long an address counts as known after the customer's last sign-in from it. */
const knownMs = 30 * 24 * hourMs;

const attempts = counter('sign_ins_total', 'Sign-in attempts, by outcome', {
  outcome: ['succeeded', 'wrong', 'failed', 'limited_pair', 'limited_address', 'limited_account', 'limited_queue'],
});

const nameOf = (...parts: string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 27);

const countedOf = ({ customer, address }: SignInAttempt): Record<Scope, CountedName> => ({
  pair: { name: nameOf('pair', customer, address), policy: policies.pair },
  address: { name: nameOf('address', address), policy: policies.address },
  account: { name: nameOf('account', customer), policy: policies.account },
});

/**
 * Bounds how often passwords can be guessed, over all replicas, without locking the owner out.
 *
 * After a few wrong passwords, the account refuses every password from that address for a while; other addresses are not
 * affected. The limits per address and per account don't apply to an address from which the customer signed in before, so
 * an attacker elsewhere never blocks a known address. Concurrent guesses are queued per address, so that the first ones
 * are counted before the last ones are tried.
 */
@Injectable()
export class SignInLimiter {
  private readonly turns = new KeyedSemaphore(limits.signInsAtOnce.value, limits.signInsWaiting.value);

  constructor(private readonly failures: FailureCounts) {}

  /** `verify` throws WRONG_CREDENTIALS for a wrong password. Throws RATE_LIMITED instead of running it. */
  async run<R>(attempt: SignInAttempt, verify: () => Promise<R>): Promise<R> {
    const counted = countedOf(attempt);
    await this.assertAllowed(counted);
    const result = this.turns.run(attempt.address, async (waited) => {
      if (waited) await this.assertAllowed(counted);
      return this.verifyAndCount(counted, verify);
    });
    return result.catch((error: unknown) => {
      if (isDomainError(error) && error.code === 'RATE_LIMITED' && !(error instanceof Limited))
        attempts.inc({ outcome: 'limited_queue' });
      throw error;
    });
  }

  private async assertAllowed(counted: Record<Scope, CountedName>): Promise<void> {
    const { waitsMs, isMarked: isKnown } = await this.failures.read(
      scopes.map((scope) => counted[scope]),
      counted.pair.name,
    );
    for (const [index, scope] of scopes.entries()) {
      const waitMs = waitsMs[index] ?? 0;
      if (waitMs <= 0 || (isKnown && scope !== 'pair')) continue;
      attempts.inc({ outcome: `limited_${scope}` });
      throw new Limited(waitMs);
    }
  }

  private async verifyAndCount<R>(counted: Record<Scope, CountedName>, verify: () => Promise<R>): Promise<R> {
    try {
      const answer = await verify();
      await this.failures.clearAndMark(counted.pair.name, knownMs);
      attempts.inc({ outcome: 'succeeded' });
      return answer;
    } catch (error) {
      const isWrong = isDomainError(error) && error.code === 'WRONG_CREDENTIALS';
      if (isWrong) await this.failures.add(Object.values(counted));
      attempts.inc({ outcome: isWrong ? 'wrong' : 'failed' });
      throw error;
    }
  }
}

class Limited extends DomainError {
  constructor(waitMs: number) {
    super('RATE_LIMITED', 'Too many wrong passwords: try again later', [], {
      retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)),
    });
  }
}
