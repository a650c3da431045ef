import { limits } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { counter, gauge, remainingMs } from '@halftone/service';
import { Injectable } from '@nestjs/common';

const hashes = counter('password_hashes_total', 'Requests to hash a password, by outcome', {
  outcome: ['done', 'refused'],
});
const waitingNow = gauge('password_hashes_waiting', 'Passwords that wait to be hashed');

/**
 * Limits the cost of password guesses: a hash takes a core and 16 MiB for tens of milliseconds. The pool hashes few passwords in parallel
 * and queues a few more; beyond that it throws OVERLOADED. It skips a caller whose deadline has passed.
 */
@Injectable()
export class PasswordPool {
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  async run<R>(hash: () => Promise<R>): Promise<R> {
    await this.acquire();
    try {
      remainingMs();
      const answer = await hash();
      hashes.inc({ outcome: 'done' });
      return answer;
    } finally {
      this.release();
    }
  }

  private async acquire(): Promise<void> {
    if (this.running < limits.passwordHashes.value) {
      this.running += 1;
      return;
    }
    if (this.waiting.length >= limits.passwordHashesWaiting.value) {
      hashes.inc({ outcome: 'refused' });
      throw new DomainError('OVERLOADED', 'Too many sign-ins at the moment', [], { retryAfterSeconds: 1 });
    }
    waitingNow.inc();
    await new Promise<void>((resolve) => this.waiting.push(resolve));
    waitingNow.dec();
  }

  /** Hands its place to the longest waiting caller, so that a new caller cannot overtake. */
  private release(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.running -= 1;
  }
}
