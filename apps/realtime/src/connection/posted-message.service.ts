import { DomainError, uuidv7 } from '@halftone/kernel';
import { PubSub } from '@halftone/redis';
import { domainErrorOf, logger, type Principal } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { ClientIdentity } from '../access/client-identity.service';
import { MessageLimiter, type RateLimited } from '../access/message-limiter.service';
import type { Outbound } from '../fanout/outbound';
import { type ClientMessage, clientMessage } from '../message/client-message.schema';
import { MessageRouter, type Peer } from '../message/message-router.service';
import type { TokenBucket } from '../access/token-bucket';
import { sseFrame } from '../wire/sse-frame';
import type { ServerMessage } from '../message/server-message';

/** A client with an event stream that posts its messages; the features treat it like a WebSocket. */
export class StreamPeer implements Peer, RateLimited {
  bucket: TokenBucket | undefined;
  /** The chain of its messages, which are handled in order. */
  handling: Promise<void> = Promise.resolve();
  /** The number of messages in the chain. */
  pending = 0;

  constructor(
    readonly id: string,
    public identity: ClientIdentity,
    private readonly outbound: Outbound,
  ) {
    this.outbound.push(sseFrame({ event: 'peer', data: JSON.stringify({ peer: id }) }));
  }

  get principal(): Principal {
    return this.identity.principal;
  }

  get token(): string {
    return this.identity.token;
  }

  get isCongested(): boolean {
    return this.outbound.isCongested;
  }

  send(message: ServerMessage): void {
    this.outbound.push(sseFrame({ event: 'said', data: JSON.stringify(message) }));
  }
}

/** A message that a replica forwards to the replica with the stream. */
const forwardedMessage = z.object({
  peer: z.string(),
  customer: z.string(),
  role: z.enum(['customer', 'operator']),
  message: clientMessage,
});

/** The most waiting messages of one stream; more are refused. */
const maxPending = 32;

const channelOf = (replica: string) => `halftone.realtime.talk.${replica}`;

/**
 * Client messages without a WebSocket. A stream with `talk` gets a peer id. A message that is posted with that id, at any replica,
 * is handled at the replica of the stream, in order of arrival. Answers and errors come over the stream.
 *
 * The limiter and the queue length refuse a message before it waits, so that no client can fill the memory.
 * A message between replicas is lost while Redis is down, like a message on a broken connection.
 */
@Injectable()
export class PostedMessageService {
  private readonly replica = uuidv7();
  private readonly peers = new Map<string, StreamPeer>();
  private unsubscribe: (() => Promise<void>) | undefined;

  constructor(
    private readonly router: MessageRouter,
    private readonly limiter: MessageLimiter,
    private readonly pubSub: PubSub,
  ) {}

  /** Creates a peer; its id is a secret of the client. */
  begin(identity: ClientIdentity, outbound: Outbound): StreamPeer {
    const peer = new StreamPeer(`${this.replica}.${uuidv7()}`, identity, outbound);
    this.peers.set(peer.id, peer);
    return peer;
  }

  end(peer: StreamPeer): void {
    this.peers.delete(peer.id);
    this.router.left(peer);
  }

  /** Resolves when the message is queued or forwarded. Throws RATE_LIMITED, and PEER_NOT_FOUND for an unknown peer of this replica. */
  async handle(id: string, principal: Principal, message: ClientMessage): Promise<void> {
    const [replica = ''] = id.split('.', 1);
    if (replica !== this.replica) {
      await this.pubSub.publish(channelOf(replica), { peer: id, ...principal, message });
      return;
    }
    const peer = this.peerOf(id, principal);
    if (!peer) throw new DomainError('PEER_NOT_FOUND', 'No stream of this replica has this peer id');
    if (!this.enqueue(peer, message)) throw tooMany();
  }

  async stop(): Promise<void> {
    await this.unsubscribe?.();
  }

  async start(): Promise<void> {
    this.unsubscribe = await this.pubSub.subscribe(channelOf(this.replica), (text) => {
      const { success, data } = forwardedMessage.safeParse(text);
      const peer = success && this.peerOf(data.peer, data);
      if (peer && !this.enqueue(peer, data.message)) this.sendError(peer, tooMany());
    });
  }

  /** Undefined for an unknown id, and for another customer's peer. */
  private peerOf(id: string, { customer, role }: Pick<Principal, 'customer' | 'role'>): StreamPeer | undefined {
    const peer = this.peers.get(id);
    return peer?.principal.customer === customer && peer.principal.role === role ? peer : undefined;
  }

  /** False if too many messages wait, or the limit is exceeded. */
  private enqueue(peer: StreamPeer, message: ClientMessage): boolean {
    if (peer.pending >= maxPending || !this.limiter.admits(peer)) return false;
    peer.pending += 1;
    peer.handling = peer.handling.then(() => this.process(peer, message)).finally(() => (peer.pending -= 1));
    return true;
  }

  private async process(peer: StreamPeer, message: ClientMessage): Promise<void> {
    if (!this.peers.has(peer.id)) return;
    try {
      await this.router.handle(peer, message);
    } catch (error) {
      this.sendError(peer, error);
    }
  }

  private sendError(peer: StreamPeer, error: unknown): void {
    const { code, message, details, row } = domainErrorOf(error);
    if (row.log === 'error') logger('posted-message').error({ err: error }, 'a message failed');
    peer.send({ type: 'error', code, message, ...(details.length > 0 && { errors: details }) });
  }
}

const tooMany = () =>
  new DomainError('RATE_LIMITED', 'Too many messages; this one was dropped', [], { retryAfterSeconds: 1 });
