import { realtimeV1 } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { validationError } from '@halftone/service';
import { binaryFrame } from '../wire/websocket-frame';
import { type ClientMessage, clientMessage } from './client-message.schema';
import type { Codec } from './json-codec.schema';
import type { ServerMessage, PublicEvent } from './server-message';

type Fields = Record<string, unknown>;

/**
 * `halftone.v1.proto`: binary frames with one ClientMessage or ServerMessage of halftone.realtime.v1 each. They correspond to
 * the JSON messages and have the same schema; an empty protobuf field counts as absent.
 */
export const protoCodec: Codec = {
  format: 'proto',

  decode(data: Buffer, isBinary: boolean): ClientMessage {
    if (!isBinary) throw new DomainError('UNSUPPORTED_MEDIA_TYPE', 'Send binary frames with a ClientMessage');
    const { success, data: message, error } = clientMessage.safeParse(plain(parsed(data)));
    if (success) return message;
    throw validationError(error.issues);
  },

  encode(message: ServerMessage): Buffer {
    const field = message.type.replace(/\.([a-z])/g, (_dot, letter: string) => letter.toUpperCase());
    const wire = realtimeV1.ServerMessage.fromPartial({ [field]: wireOf(message) });
    return binaryFrame(realtimeV1.ServerMessage.encode(wire).finish());
  },
};

function parsed(data: Buffer): realtimeV1.ClientMessage {
  try {
    return realtimeV1.ClientMessage.decode(data);
  } catch (cause) {
    throw new DomainError('VALIDATION_FAILED', 'The bytes are not a ClientMessage', [], { cause });
  }
}

/** Converts `{ chatJoin: { room, after: 0 } }` to `{ type: 'chat.join', room }`. Throws VALIDATION_FAILED unless it is exactly one message. */
function plain(wire: realtimeV1.ClientMessage): Fields {
  const [found, ...others] = Object.entries(wire).filter(([, fields]) => fields !== undefined);
  if (!found || others.length > 0)
    throw new DomainError('VALIDATION_FAILED', 'A ClientMessage must have exactly one message');
  const [field, fields] = found as [string, Fields];
  const type = field.replace(/[A-Z]/g, (letter) => `.${letter.toLowerCase()}`);
  const present = Object.entries(fields).filter(([, value]) => !isEmpty(value));
  if (type !== 'rtc.signal') return { type, ...Object.fromEntries(present) };
  // Only the server sets `seq`.
  const signal = present.filter(([name]) => name !== 'seq').map(([name, value]) => [name, unpacked(name, value)]);
  return { type, ...Object.fromEntries(signal) };
}

const isEmpty = (value: unknown): boolean =>
  value === '' || value === 0 || value === false || (Array.isArray(value) && value.length === 0);

/** Descriptions and candidates of RTCPeerConnection are sent as JSON. */
function unpacked(name: string, value: unknown): unknown {
  if (name !== 'description' && name !== 'candidate') return value;
  try {
    return JSON.parse(String(value));
  } catch (cause) {
    throw new DomainError('VALIDATION_FAILED', `${name} is not JSON`, [{ path: name, message: 'is not JSON' }], {
      cause,
    });
  }
}

function wireOf(message: ServerMessage): object {
  switch (message.type) {
    case 'snapshot':
      return { ...message, events: message.events.map(eventOf) };
    case 'session':
      return { ...message, id: message.id ?? '' };
    case 'chat.message':
      return { ...message, time: new Date(message.time) };
    case 'rtc.signal':
      return { ...message, description: packed(message.description), candidate: packed(message.candidate) };
    default:
      return message;
  }
}

const eventOf = ({ time, data, ...event }: PublicEvent) => ({
  ...event,
  time: new Date(time),
  data: JSON.stringify(data),
});

const packed = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value));
