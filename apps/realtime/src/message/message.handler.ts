import type { Principal } from '@halftone/service';
import type { ClientMessage } from './client-message.schema';
import type { ServerMessage } from './server-message';

/** One WebSocket connection as a feature sees it. */
export interface Peer {
  /** Of this connection; a client that comes back is another peer. */
  readonly id: string;
  readonly principal: Principal;
  /** The newest access token of the client, to call other services as it. */
  readonly token?: string | undefined;
  /** In the format of the client's subprotocol, with whatever else goes out in this turn. */
  send(message: ServerMessage): void;
  /** The client takes less than it is sent: what may be lost is better not sent to it now. */
  readonly isCongested: boolean;
}

/** What a feature (chat, signalling, cancel) adds to the connection: the messages it answers. */
export interface MessageHandler<Type extends ClientMessage['type'] = ClientMessage['type']> {
  readonly types: readonly Type[];
  /** One message of a connection at a time. What it throws is told to the client as an `error`. */
  handle(peer: Peer, message: Extract<ClientMessage, { type: Type }>): Promise<void> | void;
  /** The connection is gone. */
  left?(peer: Peer): void;
}
