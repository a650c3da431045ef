import { setTimeout as sleep } from 'node:timers/promises';
import { counter, logger } from '@halftone/service';
import {
  actionOf,
  contentTypeOf,
  type Element,
  type FaultWords,
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
import { BehaviourService } from '../behaviour/behaviour.service';
import { NonceStore } from '../nonce/nonce.store';
import { BankRefusal } from '../transaction/refusal';
import { TransactionService } from '../transaction/transaction.service';
import { actionOf as actionFor, namespace, operations } from '../wsdl/wsdl';
import { type Fields, minorUnitsIn, readRequest, writeResponse } from './operation.codec';

/** Who the bank is, and whom it believes. */
export interface BankKeys {
  identity: Identity;
  trust: Trust;
}
export const BANK_KEYS = Symbol('BANK_KEYS');

/** A message as HTTP brought it. */
export interface Incoming {
  bytes: Uint8Array;
  contentType: string;
  soapAction: string | undefined;
}

export type Outgoing =
  | { kind: 'reply'; status: number; contentType: string; xml: string }
  /** What a bank that misbehaves does instead of answering. */
  | { kind: 'cut' | 'hang' };

const requests = counter('bank_requests_total', 'SOAP requests by operation, and by the code of the fault or OK', [
  'operation',
  'code',
]);

const form = { namespace, element: 'BankFault' };

interface Answer {
  content: string;
  code: string;
  status: number;
}

/** What became known of a message until it was answered. */
interface Conversation {
  version: SoapVersion;
  operation: string;
  opened?: OpenedMessage;
}

/**
 * One message in, one signed message out: also each refusal is signed, and encrypted when the request was. Nothing that a message says is
 * looked at before the guard, its signature or token, its age and its being the first of its kind are settled.
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
    const { before, delayMs, reply } = await this.behaviour.fate();
    if (before === 'cut' || before === 'hang') return { kind: before };
    await sleep(delayMs);
    const conversation: Conversation = { version: '1.1', operation: 'none' };
    const answer = await this.outcomeOf(incoming, conversation, before === 'fail');
    requests.inc({ operation: conversation.operation, code: answer.code });
    return reply === 'cut' ? { kind: 'cut' } : this.sealed(answer, conversation);
  }

  private async outcomeOf(incoming: Incoming, conversation: Conversation, mustFail: boolean): Promise<Answer> {
    try {
      const opened = await this.open(incoming, conversation);
      if (mustFail) throw new SoapFault('INTERNAL', 'the bank has trouble of its own');
      return { content: await this.obey(opened.content, opened, conversation), code: 'OK', status: 200 };
    } catch (error) {
      return this.refused(error, conversation.version);
    }
  }

  /** Throws SoapFault. */
  private async open({ bytes, contentType, soapAction }: Incoming, conversation: Conversation): Promise<OpenedMessage> {
    const type = readContentType(contentType);
    if (!type) throw new SoapFault('VERSION_UNSUPPORTED', 'a message is text/xml or application/soap+xml');
    conversation.version = type.version;
    const envelope = readMessage(bytes);
    if (envelope.version !== type.version)
      throw new SoapFault('VERSION_UNSUPPORTED', 'the envelope is of another SOAP than its content type');
    const opened = verifyMessage(envelope, this.keys.trust, new Date());
    conversation.opened = opened;
    for (const used of opened.once)
      if (!(await this.nonces.use(used, opened.until))) throw new SoapFault('SECURITY_REPLAYED', 'taken before');
    insistOnAction(actionOf(type, soapAction), type.version, opened.content);
    return opened;
  }

  private async obey(content: Element, { lifetime }: OpenedMessage, conversation: Conversation): Promise<string> {
    const { operation, fields } = readRequest(content);
    conversation.operation = operation;
    const goodUntil = new Date(lifetime.expires.getTime() + skewMs);
    if (new Date() > goodUntil) throw new SoapFault('SECURITY_EXPIRED', 'it took too long');
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
        const asked = { kind, reference, account: id, amount: minorUnitsIn(amount), currency, description } as const;
        return responseOf(await this.transactions.move(asked, goodUntil));
      }
      case 'GetTransaction':
        return responseOf(await this.transactions.find(reference));
      case 'GetBalance': {
        const { balance, currency: heldIn } = await this.transactions.account(id);
        return { account: id, balance, currency: heldIn };
      }
      default:
        throw new SoapFault('OPERATION_UNKNOWN', 'there is no such operation');
    }
  }

  private refused(error: unknown, version: SoapVersion): Answer {
    const words = wordsOf(error);
    if (words.code === 'INTERNAL') this.log.error({ err: error }, 'a request failed');
    const status = version === '1.2' && words.soap !== 'Receiver' ? 400 : 500;
    return { content: writeFault(version, words, form), code: words.code, status };
  }

  private sealed({ content, status }: Answer, { version, opened }: Conversation): Outgoing {
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

/** SOAP 1.1 asks for the header; in 1.2 it may be left out. */
function insistOnAction(action: string, version: SoapVersion, { localName }: Element): void {
  const known = localName !== null && Object.hasOwn(operations, localName);
  if ((action === '' && version === '1.2') || !known || action === actionFor(localName)) return;
  throw new SoapFault('ACTION_MISMATCH', 'the action names another operation than the Body');
}

function wordsOf(error: unknown): FaultWords {
  if (error instanceof BankRefusal) return { soap: 'Sender', code: error.code, message: error.message };
  const fault = error instanceof SoapFault ? error : new SoapFault('INTERNAL', 'something went wrong in the bank');
  return { ...fault.row, code: fault.code, message: fault.message };
}
