import { DomainError } from '@halftone/kernel';
import { validationError } from '@halftone/service';
import { textFrame } from '../fanout/websocket-frame';
import { type ClientMessage, clientMessage } from './client-message.schema';
import type { Codec } from './message.codec';

/** `halftone.v1.json`: text frames that hold one JSON object each. */
export const jsonCodec: Codec = {
  format: 'json',

  decode(data: Buffer, isBinary: boolean): ClientMessage {
    if (isBinary) throw new DomainError('UNSUPPORTED_MEDIA_TYPE', 'Send text frames that hold JSON');
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
