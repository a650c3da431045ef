import { DomainError } from '@halftone/kernel';
import { Wakeup } from '@halftone/service';
import type { Refusal } from './chat';

/** One caller's chat stream in a room, from `join` until the call ends. */
export class ChatStream {
  /** Signalled when there may be something to send: a message, a refusal or the end. */
  readonly wake = new Wakeup();
  private refusals: Refusal[] = [];
  private inputEnded = false;
  private failure: DomainError | undefined;

  constructor(private readonly onEnd: (stream: ChatStream) => void) {}

  /** The caller has closed its side of the stream. */
  get isInputEnded(): boolean {
    return this.inputEnded;
  }

  /** Throws the error passed to `fail`. */
  takeRefusals(): Refusal[] {
    if (this.failure) throw this.failure;
    return this.refusals.splice(0);
  }

  refuse(refusal: Refusal): void {
    this.refusals.push(refusal);
    this.wake.signal();
  }

  /** Ends the stream with an error. The client reconnects and repeats unanswered messages, which are stored once. */
  fail(error: DomainError): void {
    this.failure ??= error;
    this.wake.signal();
  }

  disconnect(): void {
    this.fail(new DomainError('UNAVAILABLE', 'This replica is stopping; reconnect to another'));
  }

  endInput(): void {
    this.inputEnded = true;
    this.wake.signal();
  }

  end(): void {
    this.onEnd(this);
  }
}
