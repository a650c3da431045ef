import { DomainError } from '@halftone/kernel';

export interface Message {
  id: string;
  room: string;
  /** 1..n per room, without gap. */
  seq: number;
  sender: string;
  /** The sender's name for it. */
  clientId: string;
  text: string;
  time: Date;
}

/** What somebody wants to say. */
export interface Utterance {
  text: string;
  clientId: string;
}

/** One that was not taken, and why. */
export interface Refusal {
  clientId: string;
  error: DomainError;
}

/** What a visitor is told, in this order: that it is in, what was said, then what is said. */
export type Told = { joined: { lastSeq: number } } | { said: Message } | { refused: Refusal };

/** What the room and its past have to say to that. */
export interface Said {
  /** What the same sender said under the same name. */
  before: Message | undefined;
  /** Messages of the sender, in all rooms, within the last `rate.seconds`. */
  lately: number;
}

export const rate = { messages: 20, seconds: 10 } as const;

const longest = 4_096;
const name = /^[\w.-]{1,64}$/;

/**
 * What becomes of it: something new, or what was said under this name already. Throws VALIDATION_FAILED, IDEMPOTENCY_KEY_REUSED (another
 * text under a name that is taken) or RATE_LIMITED.
 */
export function decide({ text, clientId }: Utterance, { before, lately }: Said): 'say' | Message {
  if (!name.test(clientId)) throw invalid('clientId', 'is not 1 to 64 of A-Z a-z 0-9 _ . -');
  if (text.trim() === '' || text.length > longest) throw invalid('text', `is not 1 to ${longest} characters`);
  if (before) {
    if (before.text === text) return before;
    throw new DomainError('IDEMPOTENCY_KEY_REUSED', `Something else was said as ${clientId}`);
  }
  if (lately >= rate.messages) {
    throw new DomainError('RATE_LIMITED', `At most ${rate.messages} messages in ${rate.seconds} s`);
  }
  return 'say';
}

const invalid = (path: string, message: string) =>
  new DomainError('VALIDATION_FAILED', `${path} ${message}`, [{ path, message }]);
