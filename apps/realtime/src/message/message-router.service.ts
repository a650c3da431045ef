import { commandsAt, DomainError, isOpenToAll } from '@halftone/kernel';
import { Injectable } from '@nestjs/common';
import type { ClientMessage } from './client-message.schema';
import type { Principal } from '@halftone/service';
import type { ServerMessage } from './server-message';

/** A client connection as a feature sees it. */
export interface Peer {
  /** The id of the connection; after a reconnect it is another one. */
  readonly id: string;
  readonly principal: Principal;
  /** The client's newest access token, for calls to other services. */
  readonly token?: string | undefined;
  /** Sends a message in the client's subprotocol, at the end of this turn of the event loop. */
  send(message: ServerMessage): void;
  /** The client reads more slowly than we write, so ephemeral messages should be dropped. */
  readonly isCongested: boolean;
}

/** Handles the messages of one feature (chat, calls, cancel). */
export interface MessageHandler<Type extends ClientMessage['type'] = ClientMessage['type']> {
  readonly types: readonly Type[];
  /** Handles one message of a connection at a time. An error that it throws is sent to the client. */
  handle(peer: Peer, message: Extract<ClientMessage, { type: Type }>): Promise<void> | void;
  /** The connection has ended. */
  left?(peer: Peer): void;
}

/** Routes messages to features, which register when their module starts. */
@Injectable()
export class MessageRouter {
  private readonly handlers = new Map<ClientMessage['type'], MessageHandler>();

  register<Type extends ClientMessage['type']>(handler: MessageHandler<Type>): void {
    for (const type of handler.types) this.handlers.set(type, handler as unknown as MessageHandler);
  }

  /** Throws VALIDATION_FAILED for a message without a handler. */
  async handle(peer: Peer, message: ClientMessage): Promise<void> {
    const handler = this.handlers.get(message.type);
    if (!handler) throw new DomainError('VALIDATION_FAILED', `There is no handler for '${message.type}'`);
    // Throws UNAUTHENTICATED for an anonymous connection.
    if (!commandsAt(`WebSocket ${message.type}`).some(isOpenToAll)) void peer.principal;
    await handler.handle(peer, message);
  }

  left(peer: Peer): void {
    for (const handler of new Set(this.handlers.values())) handler.left?.(peer);
  }
}
