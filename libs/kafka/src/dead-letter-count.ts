import type { LetterStatus } from '@halftone/contracts';
import { PollLoop, rowByRow } from '@halftone/service';
import type { DeadLetterDesk } from './dead-letter-desk';
import { deadLettersOldest, deadLettersOpen } from './metrics';

const name = 'dead-letters';
const EVERY_MS = 10_000;

/** Unix seconds. */
const createdAt = ({ time }: LetterStatus): number => Date.parse(time) / 1_000;

/**
 * Metrics of the open dead letters of each group: how many, and since when. Reads a topic again only when it has
 * grown.
 */
export class DeadLetterCount {
  private readonly counted = new Map<string, string>();
  private readonly loop: PollLoop;

  constructor(private readonly desk: Pick<DeadLetterDesk, 'groups' | 'endOf' | 'statuses'>) {
    const run = rowByRow<string>(name, {
      after: async (last) => (last === undefined ? desk.groups() : []),
      key: String,
      work: (group) => this.count(group),
    });
    this.loop = new PollLoop({ name, everyMs: EVERY_MS, run });
  }

  start(): void {
    this.loop.start();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
  }

  private async count(group: string): Promise<void> {
    const end = await this.desk.endOf(group);
    if (this.counted.get(group) === end) return;
    const open = (await this.desk.statuses(group)).filter(({ state }) => state === 'open');
    deadLettersOpen.set({ group }, open.length);
    const oldest = open.reduce((earliest, letter) => Math.min(earliest, createdAt(letter)), Infinity);
    deadLettersOldest.set({ group }, open.length === 0 ? 0 : oldest);
    this.counted.set(group, end);
  }
}
