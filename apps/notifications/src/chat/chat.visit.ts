import { DomainError } from '@halftone/kernel';
import { Wakeup } from '@halftone/postgres';
import type { Refusal } from './chat';

/** One caller's stay in a room, from its first message to the end of its stream. */
export class Visit {
  /** Signalled when there may be something to tell: a message, a refusal, the end. */
  readonly wake = new Wakeup();
  private refusals: Refusal[] = [];
  private over = false;
  private failure: DomainError | undefined;

  constructor(private readonly onEnd: (visit: Visit) => void) {}

  /** The caller will say no more. */
  get isOver(): boolean {
    return this.over;
  }

  /** Throws what the visit failed with. */
  takeRefusals(): Refusal[] {
    if (this.failure) throw this.failure;
    return this.refusals.splice(0);
  }

  refuse(refusal: Refusal): void {
    this.refusals.push(refusal);
    this.wake.signal();
  }

  /** Whoever fails comes back and says again what has no answer: it is said once, and never told to be refused when it may have been said. */
  fail(error: DomainError): void {
    this.failure ??= error;
    this.wake.signal();
  }

  sendAway(): void {
    this.fail(new DomainError('UNAVAILABLE', 'This replica stops; come back to another'));
  }

  finish(): void {
    this.over = true;
    this.wake.signal();
  }

  end(): void {
    this.onEnd(this);
  }
}
