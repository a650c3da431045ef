import { DomainError, uuidv7 } from '@halftone/kernel';
import { PubSub } from '@halftone/redis';
import { domainErrorOf, Lifecycle, logger, type Principal } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Caller } from '../connection/caller.service';
import { ConductService } from '../connection/conduct.service';
import type { Outbound } from '../fanout/outbound';
import { type ClientMessage, clientMessage } from '../message/client-message.schema';
import { MessageRouter } from '../message/message.router';
import { StreamPeer } from './stream.peer';

/** What one replica hands to the one that has the stream. */
const handedOver = z.object({
  peer: z.string(),
  customer: z.string(),
  role: z.enum(['customer', 'operator']),
  message: clientMessage,
});

const channelOf = (replica: string) => `halftone.realtime.talk.${replica}`;

/**
 * Speaking where there is no WebSocket: a stream that asks for it gets the name of a peer, and what is posted under that name, at whichever
 * replica, is handled where the stream is, in the order in which it arrives there. Answers, errors too, come over the stream.
 *
 * What is handed from replica to replica is lost while Redis is away, like everything that is said over a connection that breaks.
 */
@Injectable()
export class TalkService {
  private readonly replica = uuidv7();
  private readonly peers = new Map<string, StreamPeer>();
  private unsubscribe: (() => Promise<void>) | undefined;

  constructor(
    private readonly router: MessageRouter,
    private readonly conduct: ConductService,
    private readonly pubSub: PubSub,
    lifecycle: Lifecycle,
  ) {
    lifecycle.onStart('consume', 'talk', () => this.start());
    lifecycle.onStop('flush', 'talk', async () => this.unsubscribe?.());
  }

  /** Its name is a secret between it and us. */
  begin(caller: Caller, outbound: Outbound): StreamPeer {
    const peer = new StreamPeer(`${this.replica}.${uuidv7()}`, caller, outbound);
    this.peers.set(peer.id, peer);
    return peer;
  }

  end(peer: StreamPeer): void {
    this.peers.delete(peer.id);
    this.router.left(peer);
  }

  /** Resolves when it is handed over, not when it is done. Throws PEER_NOT_FOUND where it can be known that no stream has this name. */
  async say(id: string, principal: Principal, message: ClientMessage): Promise<void> {
    const [replica = ''] = id.split('.', 1);
    if (replica !== this.replica) {
      await this.pubSub.publish(channelOf(replica), { peer: id, ...principal, message });
    } else if (!this.hear(id, principal, message)) {
      throw new DomainError('PEER_NOT_FOUND', 'No stream of this replica has this name');
    }
  }

  private async start(): Promise<void> {
    this.unsubscribe = await this.pubSub.subscribe(channelOf(this.replica), (text) => {
      const { success, data } = handedOver.safeParse(text);
      if (success) this.hear(data.peer, { customer: data.customer, role: data.role }, data.message);
    });
  }

  /** False when nobody has this name, or somebody else has. */
  private hear(id: string, { customer, role }: Principal, message: ClientMessage): boolean {
    const peer = this.peers.get(id);
    if (peer?.principal.customer !== customer || peer.principal.role !== role) return false;
    peer.handling = peer.handling.then(() => this.handle(peer, message));
    return true;
  }

  private async handle(peer: StreamPeer, message: ClientMessage): Promise<void> {
    if (!this.peers.has(peer.id)) return;
    try {
      if (!this.conduct.admits(peer))
        throw new DomainError('RATE_LIMITED', 'Too many messages; this one was not heard');
      await this.router.handle(peer, message);
    } catch (error) {
      const { code, message: text, details, row } = domainErrorOf(error);
      if (row.log === 'error') logger('talk').error({ err: error }, 'a message was not handled');
      peer.send({ type: 'error', code, message: text, ...(details.length > 0 && { errors: details }) });
    }
  }
}
