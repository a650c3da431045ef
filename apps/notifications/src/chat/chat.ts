import { DomainError } from '@halftone/kernel';

export interface Message {
  id: string;
  room: string;
  /** 1..n per room, without gaps. */
  seq: number;
  sender: string;
  /** The sender's id of the message. */
  clientId: string;
  text: string;
  time: Date;
}

/** A message as the client sends it. */
export interface ChatInput {
  text: string;
  clientId: string;
}

/** A message that was not stored, and why. */
export interface Refusal {
  clientId: string;
  error: DomainError;
}

/** The messages of a stream: first `joined`, then past messages, then new ones. */
export type ChatUpdate = { joined: { lastSeq: number } } | { said: Message } | { refused: Refusal };

/** What `decide` needs to know about the sender's earlier messages. */
export interface SenderHistory {
  /** The sender's message with the same client id in this room. */
  earlier: Message | undefined;
  /** Messages of the sender, in all rooms, within the last `rate.seconds`. */
  recent: number;
}

export const rate = { messages: 20, seconds: 10 } as const;

const maxLength = 4_096;
const clientIdPattern = /^[\w.-]{1,64}$/;

/**
 * Returns 'append' for a new message, or the message stored earlier with this client id. Throws VALIDATION_FAILED,
 * IDEMPOTENCY_KEY_REUSED (same client id with another text) or RATE_LIMITED.
 */
export function decide({ text, clientId }: ChatInput, { earlier, recent }: SenderHistory): 'append' | Message {
  if (!clientIdPattern.test(clientId)) throw invalid('clientId', 'is not 1 to 64 of A-Z a-z 0-9 _ . -');
  if (text.trim() === '' || text.length > maxLength) throw invalid('text', `is not 1 to ${maxLength} characters`);
  if (earlier) {
    if (earlier.text === text) return earlier;
    throw new DomainError('IDEMPOTENCY_KEY_REUSED', `The client id ${clientId} was used for another text`);
  }
  if (recent >= rate.messages) {
    throw new DomainError('RATE_LIMITED', `At most ${rate.messages} messages in ${rate.seconds} s`);
  }
  return 'append';
}

const invalid = (path: string, message: string) =>
  new DomainError('VALIDATION_FAILED', `${path} ${message}`, [{ path, message }]);
