import {
  type DeadLetter,
  type DeadLetterRecord,
  deadLetterTopicOf,
  groupOfDeadLetters,
  type LetterState,
  lettersOf,
  type Resolution,
  toMarker,
  toReplay,
} from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { failpoint, logger } from '@halftone/service';
import type { EventProducer } from './event-producer';
import type { TopicReader } from './topic-reader';

export interface LetterFilter {
  group?: string | undefined;
  state?: LetterState | undefined;
}

/**
 * Where a person deals with dead letters. A replay sends the original again, and then notes it: a process that dies in between leaves an
 * open letter, whose second replay changes nothing, because the event keeps its id and the group's inbox knows it. Later events of the same
 * key have long been handled: a replay comes after them, as the group's handler must expect of a state that moved on.
 */
export class DeadLetterDesk {
  constructor(
    private readonly reader: Pick<TopicReader, 'readMessages' | 'topicNames' | 'endOffsets'>,
    private readonly producer: Pick<EventProducer, 'publishRaw'>,
  ) {}

  /** Groups that have a topic for dead letters, by name. */
  async groups(): Promise<string[]> {
    const names = await this.reader.topicNames();
    return names.flatMap((name) => groupOfDeadLetters(name) ?? []).sort();
  }

  /** Oldest first within each group. */
  async list({ group, state }: LetterFilter = {}): Promise<DeadLetter[]> {
    const groups = (await this.groups()).filter((name) => group === undefined || name === group);
    const letters: DeadLetter[] = [];
    for (const name of groups) letters.push(...(await this.lettersOf(name)));
    return letters.filter((letter) => state === undefined || letter.state === state);
  }

  /** Throws DEAD_LETTER_NOT_FOUND. */
  async find(id: string): Promise<DeadLetter> {
    const group = id.slice(0, Math.max(0, id.lastIndexOf('/')));
    const found = (await this.list({ group })).find((letter) => letter.id === id);
    if (!found) throw new DomainError('DEAD_LETTER_NOT_FOUND', `There is no dead letter ${id}`);
    return found;
  }

  /** Throws DEAD_LETTER_NOT_FOUND, or DEAD_LETTER_CLOSED for one that was replayed or dropped before. */
  async replay(id: string, by: string): Promise<DeadLetter> {
    const letter = await this.open(id);
    await this.producer.publishRaw(letter.origin.topic, toReplay(letter));
    await failpoint('desk.replay.sent');
    return this.close(letter, 'replayed', by);
  }

  /** Throws as `replay` does. */
  async drop(id: string, by: string): Promise<DeadLetter> {
    return this.close(await this.open(id), 'dropped', by);
  }

  /** Changes whenever there is something new to read. */
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
    logger('dead-letters').info({ letter: letter.id, resolution, by }, 'dead letter dealt with');
    return { ...letter, state: resolution, resolved: { by, time: time.toISOString() } };
  }

  private async lettersOf(group: string): Promise<DeadLetter[]> {
    const messages = await this.reader.readMessages({ name: deadLetterTopicOf(group), partitions: 1 }, 0);
    return lettersOf(group, messages as readonly DeadLetterRecord[]);
  }
}
