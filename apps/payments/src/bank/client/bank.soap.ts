import { DomainError, isDomainError } from '@halftone/kernel';
import { currentCall, histogram, SpanKind, stopwatch, withSpan } from '@halftone/service';
import type { Bank, BankOutcome, BankRequest } from '../bank';
import { type Answer, balanceOf, type Fields, foundAs, movementOf, outcomeOf } from './answer';
import type { BankHttp } from './bank.http';
import type { BankMessages, Operation } from './bank.messages';
import type { Breaker } from './breaker';

const duration = histogram('bank_call_duration_seconds', 'Time from a call to the bank to what became of it', [
  'operation',
  'outcome',
]);

/** How long a question that moves nothing is worth an answer. */
const questionLastsMs = 60_000;
/** With less than that the answer would come too late, while the bank did it all the same. */
const leastMs = 20;

interface Question<R> {
  operation: Operation;
  fields: Fields;
  expiresAt?: Date;
  /** Throws when the answer says nothing about what was asked. */
  read(answer: Answer): R;
}

/**
 * The bank over SOAP: signed and encrypted, and believed only if the reply is signed by the bank and answers this very request.
 * Each call sends at most one message.
 */
export class SoapBank implements Bank {
  constructor(
    private readonly http: BankHttp,
    private readonly messages: BankMessages,
    private readonly breaker: Breaker,
    private readonly timeoutMs: number,
  ) {}

  debit(request: BankRequest): Promise<BankOutcome> {
    return this.move('Debit', request);
  }

  credit(request: BankRequest): Promise<BankOutcome> {
    return this.move('Credit', request);
  }

  find(reference: string): Promise<BankOutcome | undefined> {
    return this.ask({
      operation: 'GetTransaction',
      fields: { reference },
      read: (answer) => foundAs(reference, answer),
    });
  }

  balance(account: string): Promise<number> {
    return this.ask({ operation: 'GetBalance', fields: { account }, read: (answer) => balanceOf(account, answer) });
  }

  private move(operation: Operation, request: BankRequest): Promise<BankOutcome> {
    const fields = movementOf(request);
    const { expiresAt } = request;
    return this.ask({ operation, fields, expiresAt, read: (answer) => outcomeOf(fields, answer) });
  }

  private ask<R>(question: Question<R>): Promise<R> {
    const { operation, fields } = question;
    const took = stopwatch();
    const observe = (outcome: string) => duration.observe({ operation, outcome }, took());
    const attributes = {
      'rpc.system': 'soap',
      'rpc.method': operation,
      'halftone.bank.reference': fields['reference'] ?? '',
    };
    const work = async () => {
      try {
        const answer = await this.exchange(question);
        observe('answered');
        return answer;
      } catch (error) {
        observe(isDomainError(error) ? error.code.toLowerCase() : 'internal');
        throw error;
      }
    };
    return withSpan(`bank ${operation}`, attributes, work, SpanKind.CLIENT);
  }

  private async exchange<R>({ operation, fields, expiresAt, read }: Question<R>): Promise<R> {
    const leftMs = timeLeft(this.timeoutMs, expiresAt);
    const send = async () => {
      const sealed = this.messages.seal(operation, fields, expiresAt ?? new Date(Date.now() + questionLastsMs));
      const { body } = await this.http.post(sealed.body, sealed.contentType, leftMs);
      return read(this.messages.open(body, sealed));
    };
    return this.breaker.run(send, { patient: leftMs === this.timeoutMs });
  }
}

/** Throws BANK_UNAVAILABLE when there is none, since nothing was sent. */
function timeLeft(timeoutMs: number, expiresAt: Date | undefined): number {
  const now = Date.now();
  const leftMs = Math.min(timeoutMs, (currentCall()?.deadline ?? Infinity) - now);
  if (leftMs < leastMs || (expiresAt && expiresAt.getTime() <= now))
    throw new DomainError('BANK_UNAVAILABLE', 'There was no time left to ask the bank');
  return leftMs;
}
