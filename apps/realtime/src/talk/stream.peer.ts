import type { Principal } from '@halftone/service';
import type { TokenBucket } from '../admission/token-bucket';
import type { Caller } from '../connection/caller.service';
import type { Talker } from '../connection/conduct.service';
import type { Outbound } from '../fanout/outbound';
import { sseFrame } from '../fanout/sse-frame';
import type { Peer } from '../message/message.handler';
import type { ServerMessage } from '../message/server-message';

/** A client that listens to an event stream and speaks by POST: to the features it is what a WebSocket is. */
export class StreamPeer implements Peer, Talker {
  bucket: TokenBucket | undefined;
  /** What it said last is handled before what it says next. */
  handling: Promise<void> = Promise.resolve();

  constructor(
    readonly id: string,
    public caller: Caller,
    private readonly outbound: Outbound,
  ) {
    this.outbound.push(sseFrame({ event: 'peer', data: JSON.stringify({ peer: id }) }));
  }

  get principal(): Principal {
    return this.caller.principal;
  }

  get token(): string {
    return this.caller.token;
  }

  get isCongested(): boolean {
    return this.outbound.isCongested;
  }

  send(message: ServerMessage): void {
    this.outbound.push(sseFrame({ event: 'said', data: JSON.stringify(message) }));
  }
}
