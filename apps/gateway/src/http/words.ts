/** The JSON word of a wire enum: `OrderStatus.PLACED` is "placed". A number this build has no name for is "unspecified". */
export const word = (names: Record<number, string>, value: number): string =>
  (names[value] ?? 'unspecified').toLowerCase();

/** RFC 3339 in UTC. A missing time means that the other side broke the contract, so it is never papered over. */
export function isoTime(time: Date | undefined): string {
  if (!time) throw new Error('a required timestamp is missing in a gRPC answer');
  return time.toISOString();
}

/** The message a successful answer must carry. */
export function present<Message>(message: Message | undefined): Message {
  if (message === undefined) throw new Error('a required message is missing in a gRPC answer');
  return message;
}
