import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { notificationsV1 } from '@halftone/contracts';
import { DomainError, isErrorCode } from '@halftone/kernel';
import { domainErrorOf, runInCall } from '@halftone/service';
import type { NotificationsClient } from '../../clients';
import type { Peer } from '../../message/message-router.service';
import { isFinal, pauseMs, spread } from './reconnect-policy';

type Request = notificationsV1.ChatRequest;
type Message = notificationsV1.ChatMessage;

/** Receives the events of a link. */
export interface LinkEvents {
  /** Once, before any message. */
  joined(lastSeq: number): Promise<void> | void;
  message(message: Message): void;
  refused(clientId: string, error: DomainError): void;
  /** The service has not answered for a while. Called once per outage; the link resumes by itself afterwards. */
  unavailable(): void;
  /** The client may not be in the room; no more events follow. */
  ended(error: DomainError): void;
}

const MAX_UNCONFIRMED = 32;
/**
 * How long one stream is used. A server asks clients to leave old connections, and grpc-js stops watching such a connection:
 * an outage of the service would go unnoticed on a stream that stays open.
 */
const STREAM_MS = 25_000;
/** How long the service may take to end a stream on request. */
const END_TIMEOUT_MS = 5_000;
/** A shorter outage, as in a rolling update, is not reported. */
const OUTAGE_MS = 2_000;
/** How often a slow client is checked. */
const CONGESTED_MS = 50;

/**
 * One client in one room, over streams to the notifications service. When a stream breaks or is old, the link opens another one
 * after the last delivered message, and sends unconfirmed messages again. So the client gets each message of the room once and
 * in order, and each message of the client is stored once (the service knows its client id), through failures of either side.
 */
export class ChatLink {
  private readonly unconfirmed = new Map<string, string>();
  private requests = this.opened();
  /** Aborts the open stream. */
  private abortController = new AbortController();
  private abortTimer: NodeJS.Timeout | undefined;
  /** Runs while a stream has no answer yet. */
  private outageTimer: NodeJS.Timeout | undefined;
  private isJoined = false;
  private hasLeft = false;
  private failures = 0;

  constructor(
    private readonly client: NotificationsClient,
    private readonly peer: Peer,
    private readonly room: string,
    private seq: number,
    private readonly on: LinkEvents,
  ) {}

  /** Runs until the client leaves or is refused; never rejects. */
  async run(streamMs = STREAM_MS): Promise<void> {
    while (!this.hasLeft) {
      const error = await this.useStream(spread(streamMs));
      if (this.hasLeft) return;
      if (error && isFinal(error.code)) {
        this.hasLeft = true;
        this.clearOutageTimer();
        return this.on.ended(error);
      }
      await sleep(pauseMs(this.failures++));
    }
  }

  /** Throws RATE_LIMITED when too many messages are unconfirmed. Does not resend an unconfirmed message. */
  send(text: string, clientId: string): void {
    if (this.unconfirmed.has(clientId)) return;
    if (this.unconfirmed.size >= MAX_UNCONFIRMED)
      throw new DomainError('RATE_LIMITED', 'Wait until your earlier messages are confirmed');
    this.unconfirmed.set(clientId, text);
    this.write({ say: { text, clientId } });
  }

  /** Messages sent before are still stored, if the service receives them in time. */
  leave(): void {
    this.hasLeft = true;
    this.clearOutageTimer();
    this.requests.end();
    this.abortTimer ??= setTimeout(() => this.abortController.abort(), END_TIMEOUT_MS).unref();
  }

  /** Uses one stream until its time is over or it fails. Returns the error, if any. */
  private async useStream(forMs: number): Promise<DomainError | undefined> {
    const requests = this.opened();
    this.requests = requests;
    this.abortController = new AbortController();
    const endTimer = setTimeout(() => requests.end(), forMs);
    try {
      this.outageTimer ??= setTimeout(() => this.on.unavailable(), OUTAGE_MS).unref();
      this.write({ join: { room: this.room, after: this.seq } });
      for (const [clientId, text] of this.unconfirmed) this.write({ say: { text, clientId } });
      const { principal, token } = this.peer;
      const options = { timeoutMs: forMs + END_TIMEOUT_MS, signal: this.abortController.signal };
      const call = { principal, ...(token !== undefined && { token }) };
      for await (const answer of runInCall(call, () => this.client.chat(requests, options))) {
        if (this.hasLeft) return undefined;
        this.failures = 0;
        this.clearOutageTimer();
        await this.process(answer);
      }
      return undefined;
    } catch (error) {
      return domainErrorOf(error);
    } finally {
      clearTimeout(endTimer);
      clearTimeout(this.abortTimer);
      requests.end();
    }
  }

  /** Stops reading while the client is slow; then the service sends no more. */
  private async process({ joined, said, refused }: notificationsV1.ChatResponse): Promise<void> {
    if (joined && !this.isJoined) {
      this.isJoined = true;
      await this.on.joined(joined.lastSeq);
    }
    if (said) this.receive(said);
    if (refused) this.refuse(refused);
    while (this.peer.isCongested && !this.hasLeft) await sleep(CONGESTED_MS);
  }

  private clearOutageTimer(): void {
    clearTimeout(this.outageTimer);
    this.outageTimer = undefined;
  }

  private receive(message: Message): void {
    if (message.seq <= this.seq) return;
    this.seq = message.seq;
    if (message.from === this.peer.principal.customer) this.unconfirmed.delete(message.clientId);
    this.on.message(message);
  }

  private refuse({ clientId, code, detail }: notificationsV1.ChatRefused): void {
    this.unconfirmed.delete(clientId);
    this.on.refused(clientId, new DomainError(isErrorCode(code) ? code : 'INTERNAL', detail));
  }

  private write(request: Request): void {
    if (!this.requests.writableEnded) this.requests.write(request);
  }

  private opened(): PassThrough {
    return new PassThrough({ objectMode: true });
  }
}
