import { wordOf } from '@halftone/contracts';

/** The JSON value of a protobuf enum: `OrderStatus.PLACED` is "placed". An unknown number is "unspecified". */
export const word = (names: Parameters<typeof wordOf>[0], value: number): string =>
  wordOf(names, value) ?? 'unspecified';

/** RFC 3339 in UTC. Throws for a missing time, because then the service broke the contract. */
export function isoTime(time: Date | undefined): string {
  if (!time) throw new Error('a required timestamp is missing in a gRPC answer');
  return time.toISOString();
}

/** Asserts that a successful answer has its message. */
export function present<Message>(message: Message | undefined): Message {
  if (message === undefined) throw new Error('a required message is missing in a gRPC answer');
  return message;
}
