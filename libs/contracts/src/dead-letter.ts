/**
 * The format of dead letters in Kafka. `GROUP.dlq` has one partition and is append-only. A letter is the original
 * message plus headers with the reason and the origin. A later marker records that the letter was replayed or
 * dropped, and by whom. The id of a letter is `GROUP/OFFSET`. A process that dies after writing a letter writes it
 * again: copies of one original count as one letter, the first.
 */
type HeaderValue = Buffer | string | (Buffer | string)[] | undefined;
type MessageHeaders = Readonly<Record<string, HeaderValue>>;

/** A Kafka message as any client returns it. */
export interface RawMessage {
  key: Buffer | null;
  value: Buffer | null;
  headers?: MessageHeaders | undefined;
}

export interface DeadLetterRecord extends RawMessage {
  offset: string;
}

export type Resolution = 'replayed' | 'dropped';
export type LetterState = 'open' | Resolution;

/** The partition of an event that never reached its topic; its offset is then its outbox id. */
export const noPartition = -1;

/**
 * The position of a message. The time is the record's own, in milliseconds; it distinguishes a recreated log of the
 * same name.
 */
interface Origin {
  topic: string;
  partition: number;
  offset: string;
  recordTime: string;
}

export interface DeadLetter {
  /** `GROUP/OFFSET` */
  id: string;
  group: string;
  state: LetterState;
  /** An error code, or the name of an unexpected error. */
  reason: string;
  message: string;
  attempts: number;
  /** When it was dead-lettered. */
  time: string;
  origin: Origin;
  /** The original message; a replay sends it. */
  original: RawMessage;
  copies: number;
  resolved: { by: string; time: string } | undefined;
}

/** A letter whose replay fails again is a new letter; this header names the previous one. */
export const replayedHeader = 'dlq_replayed';

const suffix = '.dlq';

export const deadLetterTopicOf = (group: string): string => `${group}${suffix}`;

/** The group of a dead-letter topic. */
export const groupOfDeadLetters = (topic: string): string | undefined =>
  topic.endsWith(suffix) ? topic.slice(0, -suffix.length) : undefined;

export interface Failure {
  group: string;
  origin: Origin;
  reason: string;
  message: string;
  attempts: number;
  time: Date;
}

/** The dead letter of an event. */
export const toLetter = (original: RawMessage, { group, origin, reason, message, attempts, time }: Failure) => ({
  key: original.key,
  value: original.value,
  headers: {
    ...withoutOurs(original.headers),
    ...(textOf(original.headers, replayedHeader) && { dlq_before: textOf(original.headers, replayedHeader) }),
    dlq_reason: reason,
    dlq_message: message.slice(0, 1_000),
    dlq_attempts: String(attempts),
    dlq_group: group,
    dlq_topic: origin.topic,
    dlq_partition: String(origin.partition),
    dlq_offset: origin.offset,
    dlq_record_time: origin.recordTime,
    dlq_time: time.toISOString(),
  },
});

/** The marker that closes a letter. */
export const toMarker = ({ id }: Pick<DeadLetter, 'id'>, resolution: Resolution, by: string, time: Date) => ({
  key: null,
  value: null,
  headers: {
    dlq_resolves: id.slice(id.lastIndexOf('/') + 1),
    dlq_resolution: resolution,
    dlq_by: by,
    dlq_time: time.toISOString(),
  },
});

/**
 * The replay for the original's partition: the original message and the id of the letter, so that other groups ignore
 * it. An event that never reached its topic is for all groups, and its key decides the partition.
 */
export const toReplay = ({ id, original: { key, value, headers }, origin: { partition } }: DeadLetter) => {
  const own = withoutOurs(headers);
  if (partition === noPartition) return { key, value, headers: own };
  return { key, value, partition, headers: { ...own, [replayedHeader]: id } };
};

/** The status of a letter from the later records of its topic, and the offset of its own record. */
export type LetterStatus = Pick<DeadLetter, 'id' | 'time' | 'state' | 'copies' | 'resolved'> & { offset: string };

/**
 * The status of each letter of a group. It takes the records of the topic one by one, in order, and keeps a few short
 * strings of each, not the content: that may be megabytes.
 */
export class LetterIndex {
  private readonly byOrigin = new Map<string, LetterStatus>();
  private readonly byOffset = new Map<string, LetterStatus>();

  constructor(private readonly group: string) {}

  /** Oldest first. */
  get letters(): LetterStatus[] {
    return [...this.byOrigin.values()];
  }

  add(record: DeadLetterRecord): void {
    const resolves = textOf(record.headers, 'dlq_resolves');
    if (resolves === undefined) this.byOffset.set(record.offset, this.keepFirst(record));
    else resolve(this.byOffset.get(resolves), record);
  }

  private keepFirst(record: DeadLetterRecord): LetterStatus {
    const { id, time, origin } = letterOf(this.group, record);
    const key = `${origin.topic}/${origin.partition}/${origin.offset}/${origin.recordTime}`;
    const known = this.byOrigin.get(key);
    if (known) known.copies += 1;
    const status = known ?? { id, time, offset: record.offset, state: 'open', copies: 1, resolved: undefined };
    this.byOrigin.set(key, status);
    return status;
  }
}

/** The letter in a record, with its status. */
export function letterWith(
  { state, copies, resolved }: LetterStatus,
  group: string,
  record: DeadLetterRecord,
): DeadLetter {
  return { ...letterOf(group, record), state, copies, resolved };
}

/** The other fields of a letter that the command and the graph show, flat; null is absent. */
export function originFactsOf({ origin, original, resolved }: DeadLetter) {
  const header = (name: string) => textOf(original.headers, name) ?? null;
  return {
    topic: origin.topic,
    partition: origin.partition,
    offset: origin.offset,
    key: original.key?.toString() ?? null,
    eventId: header('ce_id'),
    type: header('ce_type'),
    subject: header('ce_subject'),
    traceparent: header('traceparent'),
    resolvedBy: resolved?.by ?? null,
    resolvedAt: resolved?.time ?? null,
  };
}

/** The letters of a group, oldest first, from all records of its topic. */
export function lettersOf(group: string, records: readonly DeadLetterRecord[]): DeadLetter[] {
  const index = new LetterIndex(group);
  for (const record of records) index.add(record);
  const statuses = new Map(index.letters.map((status) => [status.offset, status]));
  return records.flatMap((record) => {
    const status = statuses.get(record.offset);
    return status ? [letterWith(status, group, record)] : [];
  });
}

/** The first marker counts: a second one comes from two people at the same time. */
function resolve(letter: LetterStatus | undefined, { headers }: DeadLetterRecord): void {
  if (letter?.state !== 'open') return;
  letter.state = textOf(headers, 'dlq_resolution') === 'dropped' ? 'dropped' : 'replayed';
  letter.resolved = { by: textOf(headers, 'dlq_by') ?? '', time: textOf(headers, 'dlq_time') ?? '' };
}

function letterOf(group: string, { offset, key, value, headers }: DeadLetterRecord): DeadLetter {
  const text = (name: string) => textOf(headers, name) ?? '';
  return {
    id: `${group}/${offset}`,
    group,
    state: 'open',
    reason: text('dlq_reason'),
    message: text('dlq_message'),
    attempts: Number(text('dlq_attempts') || 1),
    time: text('dlq_time'),
    origin: {
      topic: text('dlq_topic'),
      partition: Number(text('dlq_partition')),
      offset: text('dlq_offset'),
      recordTime: text('dlq_record_time'),
    },
    original: { key, value, headers: withoutOurs(headers) },
    copies: 1,
    resolved: undefined,
  };
}

const withoutOurs = (headers: MessageHeaders = {}): Record<string, Exclude<HeaderValue, undefined>> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || name.startsWith('dlq_') ? [] : [[name, value]],
    ),
  );

/** The first value of a header as text. */
export function textOf(headers: MessageHeaders | undefined, name: string): string | undefined {
  const value = headers?.[name];
  return Array.isArray(value) ? value[0]?.toString() : value?.toString();
}
