import { DomainError } from '@halftone/kernel';
import { Injectable } from '@nestjs/common';
import type { ClientMessage } from './client-message.schema';
import type { MessageHandler, Peer } from './message.handler';

/** Which feature answers which message. Features register when their module starts. */
@Injectable()
export class MessageRouter {
  private readonly handlers = new Map<ClientMessage['type'], MessageHandler>();

  register<Type extends ClientMessage['type']>(handler: MessageHandler<Type>): void {
    for (const type of handler.types) this.handlers.set(type, handler as unknown as MessageHandler);
  }

  /** Throws VALIDATION_FAILED for a message that no feature of this process answers. */
  async handle(peer: Peer, message: ClientMessage): Promise<void> {
    const handler = this.handlers.get(message.type);
    if (!handler) throw new DomainError('VALIDATION_FAILED', `Nobody here answers '${message.type}'`);
    await handler.handle(peer, message);
  }

  left(peer: Peer): void {
    for (const handler of new Set(this.handlers.values())) handler.left?.(peer);
  }
}
