import { setTimeout as sleep } from 'node:timers/promises';
import { counter, logger } from '@halftone/service';
import {
  actionOf,
  contentTypeOf,
  type Element,
  type FaultContent,
  type Identity,
  longestMs,
  type OpenedMessage,
  readContentType,
  readMessage,
  sealMessage,
  skewMs,
  SoapFault,
  type SoapVersion,
  type Trust,
  verifyMessage,
  writeFault,
} from '@halftone/soap';
import { Inject, Injectable } from '@nestjs/common';
import type { FaultPlan } from '../behaviour/behaviour';
import { BehaviourService } from '../behaviour/behaviour.service';
import { NonceStore } from '../nonce/nonce.store';
import { BankRefusal } from '../transaction/refusal';
import { TransactionService } from '../transaction/transaction.service';
import { actionOf as actionFor, namespace, operations } from '../wsdl/wsdl';
import { type Fields, minorUnitsIn, readRequest, writeResponse } from './operation.schema';

/** The bank's own identity, and the clients it trusts. */
export interface BankKeys {
  identity: Identity;
  trust: Trust;
}
export const BANK_KEYS = Symbol('BANK_KEYS');

/** A SOAP message as received over HTTP. */
export interface Incoming {
  bytes: Uint8Array;
  contentType: string;
  soapAction: string | undefined;
}

export type Outgoing =
  | { kind: 'reply'; status: number; contentType: string; xml: string }
  /** Injected faults: close the connection, or never answer. */
  | { kind: 'cut' | 'hang' };

const requests = counter('bank_requests_total', 'SOAP requests by operation, and by the code of the fault or OK', [
  'operation',
  'code',
]);

const faultElement = { namespace, element: 'BankFault' };

const failing: FaultPlan = { before: 'fail', delayMs: 0, reply: 'send' };

interface Answer {
  content: string;
  code: string;
  status: number;
}

/** The facts known about a message, for its reply. */
interface Exchange {
  version: SoapVersion;
  operation: string;
  opened?: OpenedMessage;
}

/**
 * Answers each message with one signed message. Faults are signed as well, and encrypted if the request was. The content
 * of a message is read only after the XML guard, signature or token, expiry and replay checks.
 */
@Injectable()
export class SoapService {
  private readonly log = logger('soap');

  constructor(
    @Inject(BANK_KEYS) private readonly keys: BankKeys,
    private readonly transactions: TransactionService,
    private readonly behaviour: BehaviourService,
    private readonly nonces: NonceStore,
  ) {}

  async answer(incoming: Incoming): Promise<Outgoing> {
    // Without the database no request can succeed, so it gets a regular fault.
    const { before, delayMs, reply } = await this.behaviour.faultPlan().catch(() => failing);
    if (before === 'cut' || before === 'hang') return { kind: before };
    await sleep(delayMs);
    const exchange: Exchange = { version: '1.1', operation: 'none' };
    const answer = await this.outcomeOf(incoming, exchange, before === 'fail');
    requests.inc({ operation: exchange.operation, code: answer.code });
    return reply === 'cut' ? { kind: 'cut' } : this.seal(answer, exchange);
  }

  private async outcomeOf(incoming: Incoming, exchange: Exchange, mustFail: boolean): Promise<Answer> {
    try {
      const opened = await this.open(incoming, exchange);
      if (mustFail) throw new SoapFault('INTERNAL', 'the bank has an internal error');
      return { content: await this.execute(opened.content, opened, exchange), code: 'OK', status: 200 };
    } catch (error) {
      return this.refused(error, exchange.version);
    }
  }

  /** Throws SoapFault. */
  private async open({ bytes, contentType, soapAction }: Incoming, exchange: Exchange): Promise<OpenedMessage> {
    const type = readContentType(contentType);
    if (!type) throw new SoapFault('VERSION_UNSUPPORTED', 'a message must be text/xml or application/soap+xml');
    exchange.version = type.version;
    const envelope = readMessage(bytes);
    if (envelope.version !== type.version)
      throw new SoapFault('VERSION_UNSUPPORTED', 'the SOAP version of the envelope differs from its content type');
    const opened = verifyMessage(envelope, this.keys.trust, new Date());
    exchange.opened = opened;
    for (const used of opened.once)
      if (!(await this.nonces.use(used, opened.until)))
        throw new SoapFault('SECURITY_REPLAYED', 'this message was received before');
    assertAction(actionOf(type, soapAction), type.version, opened.content);
    return opened;
  }

  private async execute(content: Element, { lifetime }: OpenedMessage, exchange: Exchange): Promise<string> {
    const { operation, fields } = readRequest(content);
    exchange.operation = operation;
    const goodUntil = new Date(lifetime.expires.getTime() + skewMs);
    if (new Date() > goodUntil) throw new SoapFault('SECURITY_EXPIRED', 'the message expired during processing');
    return writeResponse(operation, await this.perform(operation, fields, goodUntil));
  }

  private async perform(
    operation: string,
    fields: Fields,
    goodUntil: Date,
  ): Promise<Readonly<Record<string, unknown>>> {
    const { reference = '', account: id = '', amount = '', currency = '', description = '' } = fields;
    switch (operation) {
      case 'Debit':
      case 'Credit': {
        const kind = operation === 'Debit' ? 'debit' : 'credit';
        const movement = { kind, reference, account: id, amount: minorUnitsIn(amount), currency, description } as const;
        return responseOf(await this.transactions.move(movement, goodUntil));
      }
      case 'GetTransaction':
        return responseOf(await this.transactions.find(reference));
      case 'GetBalance': {
        const { balance, currency: accountCurrency } = await this.transactions.account(id);
        return { account: id, balance, currency: accountCurrency };
      }
      default:
        throw new SoapFault('OPERATION_UNKNOWN', 'unknown operation');
    }
  }

  private refused(error: unknown, version: SoapVersion): Answer {
    const fault = faultOf(error);
    if (fault.code === 'INTERNAL') this.log.error({ err: error }, 'a request failed');
    const status = version === '1.2' && fault.soap !== 'Receiver' ? 400 : 500;
    return { content: writeFault(version, fault, faultElement), code: fault.code, status };
  }

  private seal({ content, status }: Answer, { version, opened }: Exchange): Outgoing {
    const created = new Date();
    const proof = opened?.proof;
    const { xml } = sealMessage({
      version,
      content,
      created,
      expires: new Date(created.getTime() + longestMs),
      signer: this.keys.identity,
      ...(proof?.by === 'certificate' && { confirms: proof.signatureValue }),
      ...(proof?.by === 'certificate' && opened?.encrypted && { receiver: proof.certificate }),
    });
    return { kind: 'reply', status, contentType: contentTypeOf(version), xml };
  }
}

const responseOf = ({ id, ...facts }: { id: string }) => ({ ...facts, transactionId: id });

/** SOAP 1.1 requires the action; in 1.2 it is optional. */
function assertAction(action: string, version: SoapVersion, { localName }: Element): void {
  const known = localName !== null && Object.hasOwn(operations, localName);
  if ((action === '' && version === '1.2') || !known || action === actionFor(localName)) return;
  throw new SoapFault('ACTION_MISMATCH', 'the action names a different operation than the Body');
}

function faultOf(error: unknown): FaultContent {
  if (error instanceof BankRefusal) return { soap: 'Sender', code: error.code, message: error.message };
  const fault = error instanceof SoapFault ? error : new SoapFault('INTERNAL', 'something went wrong in the bank');
  return { ...fault.row, code: fault.code, message: fault.message };
}
