/**
 * How dead letters stand in Kafka. `GROUP.dlq` has one partition and is only ever appended to: a letter is the message as it was plus
 * headers that say why and where it came from; a marker behind it says that the letter was replayed or dropped, and by whom. A letter's name
 * is `GROUP/OFFSET`. A process that dies after writing a letter writes it again: copies of one original count as one letter, its first.
 */
type HeaderValue = Buffer | string | (Buffer | string)[] | undefined;
export type MessageHeaders = Readonly<Record<string, HeaderValue>>;

/** A message of Kafka as any client hands it over. */
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

/** Where a message was. The time is the record's own, in milliseconds: it tells two logs apart that had the same name one after the other. */
export interface Origin {
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
  /** A stable code, or the name of an unforeseen error. */
  reason: string;
  message: string;
  attempts: number;
  /** When it was given up. */
  time: string;
  origin: Origin;
  /** As it was; replaying it sends this. */
  original: RawMessage;
  copies: number;
  resolved: { by: string; time: string } | undefined;
}

/** A letter whose replay failed again is a letter of its own and names the one before it here. */
export const replayedHeader = 'dlq_replayed';

const suffix = '.dlq';

export const deadLetterTopicOf = (group: string): string => `${group}${suffix}`;

/** The group whose dead letters this topic holds. */
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

/** What is written when an event is given up. */
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

/** What is written behind a letter once it is dealt with. */
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

/** What is sent to the original's own partition: the original, and the letter it comes from, so that other groups leave it alone. */
export const toReplay = ({ id, original, origin }: DeadLetter) => ({
  key: original.key,
  value: original.value,
  partition: origin.partition,
  headers: { ...withoutOurs(original.headers), [replayedHeader]: id },
});

/** The letters of a group, oldest first, by everything its topic holds. */
export function lettersOf(group: string, records: readonly DeadLetterRecord[]): DeadLetter[] {
  const byOrigin = new Map<string, DeadLetter>();
  const byOffset = new Map<string, DeadLetter>();
  for (const record of records) {
    const resolves = textOf(record.headers, 'dlq_resolves');
    if (resolves === undefined) byOffset.set(record.offset, keepFirst(byOrigin, letterOf(group, record)));
    else resolve(byOffset.get(resolves), record);
  }
  return [...byOrigin.values()];
}

function keepFirst(byOrigin: Map<string, DeadLetter>, letter: DeadLetter): DeadLetter {
  const { topic, partition, offset, recordTime } = letter.origin;
  const origin = `${topic}/${partition}/${offset}/${recordTime}`;
  const known = byOrigin.get(origin);
  if (known) known.copies += 1;
  else byOrigin.set(origin, letter);
  return known ?? letter;
}

/** The first marker counts: a second one comes from two people at the same moment. */
function resolve(letter: DeadLetter | undefined, { headers }: DeadLetterRecord): void {
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
