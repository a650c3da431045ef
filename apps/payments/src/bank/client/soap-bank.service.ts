import { DomainError, isDomainError } from '@halftone/kernel';
import { type ConfigOf, currentCall, histogram, SpanKind, stopwatch, withSpan } from '@halftone/service';
import { type Bank, BANK, type BankOutcome, type BankRequest } from '../bank';
import { type Answer, balanceOf, type Fields, fieldsOf, outcomeOf, storedOutcomeOf } from './answer';
import { BankHttp } from './bank.http';
import { BankMessages, type Operation } from './bank-messages.service';
import { Breaker } from './breaker.service';
import { certificateOf, privateKeyOf } from '@halftone/soap';
import type { Provider } from '@nestjs/common';
import type { bankSettings } from './config';

const duration = histogram('bank_call_duration_seconds', 'Duration of a call to the bank, by outcome', [
  'operation',
  'outcome',
]);

/** The lifetime of a request that moves no money. */
const queryLifetimeMs = 60_000;
/** With less time the answer would come too late, although the bank would have executed the request. */
const minimumTimeMs = 20;

interface BankCall<R> {
  operation: Operation;
  fields: Fields;
  expiresAt?: Date;
  /** Throws when the answer does not match the request. */
  read(answer: Answer): R;
}

/**
 * The bank over SOAP. Requests are signed and encrypted; a reply must be signed by the bank and confirm its request.
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
    return this.transact('Debit', request);
  }

  credit(request: BankRequest): Promise<BankOutcome> {
    return this.transact('Credit', request);
  }

  find(reference: string): Promise<BankOutcome | undefined> {
    return this.call({
      operation: 'GetTransaction',
      fields: { reference },
      read: (answer) => storedOutcomeOf(reference, answer),
    });
  }

  balance(account: string): Promise<number> {
    return this.call({ operation: 'GetBalance', fields: { account }, read: (answer) => balanceOf(account, answer) });
  }

  /** Waits for calls in progress. */
  async close(): Promise<void> {
    this.breaker.close();
    await this.http.close();
  }

  private transact(operation: Operation, request: BankRequest): Promise<BankOutcome> {
    const fields = fieldsOf(request);
    const { expiresAt } = request;
    return this.call({ operation, fields, expiresAt, read: (answer) => outcomeOf(fields, answer) });
  }

  private call<R>(call: BankCall<R>): Promise<R> {
    const { operation, fields } = call;
    const took = stopwatch();
    const observe = (outcome: string) => duration.observe({ operation, outcome }, took());
    const attributes = {
      'rpc.system': 'soap',
      'rpc.method': operation,
      'halftone.bank.reference': fields['reference'] ?? '',
    };
    const work = async () => {
      try {
        const answer = await this.exchange(call);
        observe('answered');
        return answer;
      } catch (error) {
        observe(isDomainError(error) ? error.code.toLowerCase() : 'internal');
        throw error;
      }
    };
    return withSpan(`bank ${operation}`, attributes, work, SpanKind.CLIENT);
  }

  private async exchange<R>({ operation, fields, expiresAt, read }: BankCall<R>): Promise<R> {
    const leftMs = timeLeft(this.timeoutMs, expiresAt);
    const send = async () => {
      const sealed = this.messages.seal(operation, fields, expiresAt ?? new Date(Date.now() + queryLifetimeMs));
      const { body } = await this.http.post(sealed.body, sealed.contentType, leftMs);
      return read(this.messages.open(body, sealed));
    };
    return this.breaker.run(send, { fullTime: leftMs === this.timeoutMs });
  }
}

/** Throws BANK_UNAVAILABLE when too little time is left, because nothing was sent. */
function timeLeft(timeoutMs: number, expiresAt: Date | undefined): number {
  const now = Date.now();
  const leftMs = Math.min(timeoutMs, (currentCall()?.deadline ?? Infinity) - now);
  if (leftMs < minimumTimeMs || (expiresAt && expiresAt.getTime() <= now))
    throw new DomainError('BANK_UNAVAILABLE', 'No time was left to call the bank');
  return leftMs;
}

type BankConfig = ConfigOf<typeof bankSettings>;

/** Provides the bank over SOAP as `BANK`. */
export const soapBank = (config: BankConfig): Provider => ({
  provide: BANK,
  useFactory: () => {
    const http = new BankHttp(config.BANK_URL);
    const breaker = new Breaker(config.BANK_BREAKER_OPEN_MS);
    const own = { key: privateKeyOf(config.BANK_CLIENT_KEY), certificate: certificateOf(config.BANK_CLIENT_CERT) };
    const messages = new BankMessages(own, certificateOf(config.BANK_CERT));
    return new SoapBank(http, messages, breaker, config.BANK_TIMEOUT_MS);
  },
});
