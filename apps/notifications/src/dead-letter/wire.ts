import { type DeadLetter, textOf } from '@halftone/contracts';

export const toWire = ({ origin, original, resolved, ...letter }: DeadLetter) => {
  const header = (name: string) => textOf(original.headers, name) ?? null;
  return {
    ...letter,
    time: new Date(letter.time),
    topic: origin.topic,
    partition: origin.partition,
    offset: origin.offset,
    key: original.key?.toString() ?? null,
    eventId: header('ce_id'),
    type: header('ce_type'),
    subject: header('ce_subject'),
    traceparent: header('traceparent'),
    resolvedBy: resolved?.by ?? null,
    resolvedAt: resolved ? new Date(resolved.time) : null,
  };
};
