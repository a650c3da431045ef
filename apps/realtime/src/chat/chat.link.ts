import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { notificationsV1 } from '@halftone/contracts';
import { DomainError, isErrorCode } from '@halftone/kernel';
import { domainErrorOf, runInCall } from '@halftone/service';
import type { NotificationsClient } from '../clients';
import type { Peer } from '../message/message.handler';
import { isFinal, pauseMs } from './reopening';

type Request = notificationsV1.ChatRequest;
type Message = notificationsV1.ChatMessage;

/** What a link has to tell. */
export interface LinkEvents {
  /** Once, before any message. */
  joined(lastSeq: number): Promise<void> | void;
  said(message: Message): void;
  refused(clientId: string, error: DomainError): void;
  /** The room is closed to this client; nothing follows. */
  ended(error: DomainError): void;
}

const MOST_UNSAID = 32;
/** How often a client that reads too slowly is looked after. */
const CONGESTED_MS = 50;

/**
 * One client in one room: a stream to the notifications service that is opened again whenever it breaks, after the last message that was
 * handed on, and with everything that has no answer yet said again. So the client hears each message of the room once, in order and
 * without a gap, and what it says is said once (the service knows it by its client id), however often either side of the stream dies.
 */
export class ChatLink {
  private readonly unsaid = new Map<string, string>();
  private requests = this.opened();
  private isJoined = false;
  private isLeft = false;
  private failures = 0;

  constructor(
    private readonly client: NotificationsClient,
    private readonly peer: Peer,
    private readonly room: string,
    private seq: number,
    private readonly on: LinkEvents,
  ) {}

  /** Until it is left or refused; never rejects. */
  async run(): Promise<void> {
    while (!this.isLeft) {
      const error = await this.visit();
      if (this.isLeft) return;
      if (error && isFinal(error.code)) {
        this.isLeft = true;
        return this.on.ended(error);
      }
      await sleep(pauseMs(this.failures++));
    }
  }

  /** Throws RATE_LIMITED when too much of what was said has no answer yet. */
  say(text: string, clientId: string): void {
    if (this.unsaid.size >= MOST_UNSAID) throw new DomainError('RATE_LIMITED', 'Wait until what you said is heard');
    this.unsaid.set(clientId, text);
    this.write({ say: { text, clientId } });
  }

  leave(): void {
    this.isLeft = true;
    this.requests.end();
  }

  /** One stream, from its begin to its end. Answers with what it failed with. */
  private async visit(): Promise<DomainError | undefined> {
    this.requests = this.opened();
    try {
      this.write({ join: { room: this.room, after: this.seq } });
      for (const [clientId, text] of this.unsaid) this.write({ say: { text, clientId } });
      const { principal, token } = this.peer;
      const call = { principal, ...(token !== undefined && { token }) };
      for await (const answer of runInCall(call, () => this.client.chat(this.requests))) {
        if (this.isLeft) return undefined;
        this.failures = 0;
        await this.take(answer);
      }
      return undefined;
    } catch (error) {
      return domainErrorOf(error);
    } finally {
      this.requests.end();
    }
  }

  /** Not read on while the client is behind: the service holds back what it has not been asked for. */
  private async take({ joined, said, refused }: notificationsV1.ChatResponse): Promise<void> {
    if (joined && !this.isJoined) {
      this.isJoined = true;
      await this.on.joined(joined.lastSeq);
    }
    if (said) this.hear(said);
    if (refused) this.refuse(refused);
    while (this.peer.isCongested && !this.isLeft) await sleep(CONGESTED_MS);
  }

  private hear(message: Message): void {
    if (message.seq <= this.seq) return;
    this.seq = message.seq;
    if (message.from === this.peer.principal.customer) this.unsaid.delete(message.clientId);
    this.on.said(message);
  }

  private refuse({ clientId, code, detail }: notificationsV1.ChatRefused): void {
    this.unsaid.delete(clientId);
    this.on.refused(clientId, new DomainError(isErrorCode(code) ? code : 'INTERNAL', detail));
  }

  private write(request: Request): void {
    if (!this.requests.writableEnded) this.requests.write(request);
  }

  private opened(): PassThrough {
    return new PassThrough({ objectMode: true });
  }
}
