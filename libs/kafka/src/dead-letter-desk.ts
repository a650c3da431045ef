import {
  type DeadLetter,
  type DeadLetterRecord,
  deadLetterTopicOf,
  groupOfDeadLetters,
  LetterIndex,
  type LetterState,
  type LetterStatus,
  letterWith,
  type Resolution,
  toMarker,
  toReplay,
} from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { failpoint } from '@halftone/service/failpoint';
import { logger } from '@halftone/service/log';
import type { EventProducer } from './event-producer';
import type { TopicReader } from './topic-reader';

export interface LetterFilter {
  group?: string | undefined;
  state?: LetterState | undefined;
}

interface GroupStatus {
  group: string;
  status: LetterStatus;
}

/** The default number of listed letters. */
const DEFAULT_LIMIT = 100;

/**
 * Lets a person list, replay and drop dead letters. A replay sends the original and then records that. A process that
 * dies in between leaves an open letter; its second replay has no effect, because the event keeps its id and the
 * group's inbox knows it. Later events of the same key were handled long ago, so the handler must expect a replay
 * after them.
 */
export class DeadLetterDesk {
  constructor(
    private readonly reader: Pick<TopicReader, 'chunks' | 'topicNames' | 'endOffsets'>,
    private readonly producer: Pick<EventProducer, 'publishRaw'>,
  ) {}

  /** The groups with a dead-letter topic, sorted by name. */
  async groups(): Promise<string[]> {
    const names = await this.reader.topicNames();
    return names.flatMap((name) => groupOfDeadLetters(name) ?? []).sort();
  }

  /** At most `limit` letters, newest first. They are in memory together. */
  async list({ group, state }: LetterFilter = {}, limit = DEFAULT_LIMIT): Promise<DeadLetter[]> {
    let newest: GroupStatus[] = [];
    for (const name of await this.groups()) {
      if (group !== undefined && name !== group) continue;
      const statuses = (await this.statuses(name)).filter((status) => state === undefined || status.state === state);
      const found = statuses.toReversed().map((status) => ({ group: name, status }));
      newest = [...newest, ...found].sort(newestFirst).slice(0, limit);
    }
    return this.read(newest);
  }

  /** The status of each letter of a group, oldest first. Reads the whole topic and keeps no letter. */
  async statuses(group: string): Promise<LetterStatus[]> {
    const index = new LetterIndex(group);
    for await (const records of this.reader.chunks(topicOf(group), 0))
      for (const record of records) index.add(record as DeadLetterRecord);
    return index.letters;
  }

  /** Throws DEAD_LETTER_NOT_FOUND. */
  async find(id: string): Promise<DeadLetter> {
    const group = id.slice(0, Math.max(0, id.lastIndexOf('/')));
    const statuses = (await this.groups()).includes(group) ? await this.statuses(group) : [];
    const status = statuses.find((one) => one.id === id);
    const [found] = status ? await this.read([{ group, status }]) : [];
    if (!found) throw new DomainError('DEAD_LETTER_NOT_FOUND', `There is no dead letter ${id}`);
    return found;
  }

  /** Throws DEAD_LETTER_NOT_FOUND, or DEAD_LETTER_CLOSED for a letter that is already replayed or dropped. */
  async replay(id: string, by: string): Promise<DeadLetter> {
    return this.resolve(await this.open(id), 'replayed', by);
  }

  /** Throws like `replay`. */
  async drop(id: string, by: string): Promise<DeadLetter> {
    return this.resolve(await this.open(id), 'dropped', by);
  }

  /** Replays or drops an open letter that the caller has just read. */
  async resolve(letter: DeadLetter, resolution: Resolution, by: string): Promise<DeadLetter> {
    if (resolution === 'replayed') {
      await this.producer.publishRaw(letter.origin.topic, toReplay(letter));
      await failpoint('desk.replay.sent');
    }
    return this.close(letter, resolution, by);
  }

  /** A token that changes whenever the topic has grown. */
  async endOf(group: string): Promise<string> {
    const [end] = await this.reader.endOffsets({ name: deadLetterTopicOf(group) });
    return `${end?.low}-${end?.high}`;
  }

  private async open(id: string): Promise<DeadLetter> {
    const letter = await this.find(id);
    if (letter.state !== 'open')
      throw new DomainError('DEAD_LETTER_CLOSED', `Dead letter ${id} was ${letter.state} by ${letter.resolved?.by}`);
    return letter;
  }

  private async close(letter: DeadLetter, resolution: Resolution, by: string): Promise<DeadLetter> {
    const time = new Date();
    await this.producer.publishRaw(deadLetterTopicOf(letter.group), toMarker(letter, resolution, by, time));
    logger('dead-letters').info({ letter: letter.id, resolution, by }, 'dead letter closed');
    return { ...letter, state: resolution, resolved: { by, time: time.toISOString() } };
  }

  /** In the order of `wanted`, without letters that retention has removed. */
  private async read(wanted: readonly GroupStatus[]): Promise<DeadLetter[]> {
    const letters = new Map<string, DeadLetter>();
    for (const group of new Set(wanted.map((one) => one.group))) {
      const statuses = wanted.filter((one) => one.group === group).map(({ status }) => status);
      for await (const letter of this.lettersOf(group, statuses)) letters.set(letter.id, letter);
    }
    return wanted.flatMap(({ status }) => letters.get(status.id) ?? []);
  }

  private async *lettersOf(group: string, statuses: readonly LetterStatus[]): AsyncGenerator<DeadLetter> {
    const byOffset = new Map(statuses.map((status) => [status.offset, status]));
    const offsets = statuses.map(({ offset }) => BigInt(offset)).sort((a, b) => (a < b ? -1 : 1));
    const range = { from: offsets[0] ?? 0n, to: (offsets.at(-1) ?? -1n) + 1n };
    for await (const records of this.reader.chunks(topicOf(group), 0, range))
      for (const record of records as DeadLetterRecord[]) {
        const status = byOffset.get(record.offset);
        if (status) yield letterWith(status, group, record);
      }
  }
}

const topicOf = (group: string) => ({ name: deadLetterTopicOf(group), partitions: 1 });

const newestFirst = (a: GroupStatus, b: GroupStatus): number => b.status.time.localeCompare(a.status.time);
