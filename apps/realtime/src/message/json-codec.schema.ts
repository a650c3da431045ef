import { DomainError } from '@halftone/kernel';
import { validationError } from '@halftone/service';
import { textFrame } from '../wire/websocket-frame';
import { type ClientMessage, clientMessage } from './client-message.schema';
import type { Format } from '../feed/encoded-event';
import type { ServerMessage } from './server-message';

/** A subprotocol: the encoding of messages in WebSocket frames. */
export interface Codec {
  readonly format: Format;
  /** Throws a DomainError for an invalid message. */
  decode(data: Buffer, isBinary: boolean): ClientMessage;
  /** Returns a whole frame. */
  encode(message: ServerMessage): Buffer;
}

/** `halftone.v1.json`: text frames with one JSON object each. */
export const jsonCodec: Codec = {
  format: 'json',

  decode(data: Buffer, isBinary: boolean): ClientMessage {
    if (isBinary) throw new DomainError('UNSUPPORTED_MEDIA_TYPE', 'Send text frames with JSON');
    const { success, data: message, error } = clientMessage.safeParse(parsed(data.toString()));
    if (success) return message;
    throw validationError(error.issues);
  },

  encode: (message) => textFrame(JSON.stringify(message)),
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DomainError('MALFORMED_JSON', 'The message is not JSON', [], { cause });
  }
}
