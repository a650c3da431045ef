import type { Format } from '../fanout/encoded-event';
import type { ClientMessage } from './client-message.schema';
import type { ServerMessage } from './server-message';

/** A subprotocol: how messages look in WebSocket frames. */
export interface Codec {
  readonly format: Format;
  /** Throws a DomainError for what is no message of this subprotocol. */
  decode(data: Buffer, isBinary: boolean): ClientMessage;
  /** A whole frame. */
  encode(message: ServerMessage): Buffer;
}
