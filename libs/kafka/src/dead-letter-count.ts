import { setTimeout as sleep } from 'node:timers/promises';
import { Complaint, logger, reasonOf } from '@halftone/service';
import type { DeadLetterDesk } from './dead-letter-desk';
import { deadLettersOpen } from './metrics';

const EVERY_MS = 10_000;

/** Tells how many dead letters of each group wait for a person. A topic is read again only when it has grown. */
export class DeadLetterCount {
  private readonly aborted = new AbortController();
  private readonly complaint = new Complaint();
  private readonly counted = new Map<string, string>();
  private running: Promise<void> | undefined;

  constructor(private readonly desk: Pick<DeadLetterDesk, 'groups' | 'endOf' | 'list'>) {}

  start(): void {
    this.running ??= this.runUntilStopped();
  }

  async stop(): Promise<void> {
    this.aborted.abort();
    await this.running;
  }

  private async runUntilStopped(): Promise<void> {
    const { signal } = this.aborted;
    while (!signal.aborted) {
      await this.count().catch((error: unknown) => {
        const reason = reasonOf(error);
        if (this.complaint.isDue(reason)) logger('dead-letters').warn({ reason }, 'dead letters could not be counted');
      });
      await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async count(): Promise<void> {
    for (const group of await this.desk.groups()) {
      const end = await this.desk.endOf(group);
      if (this.counted.get(group) === end) continue;
      const open = await this.desk.list({ group, state: 'open' });
      deadLettersOpen.set({ group }, open.length);
      this.counted.set(group, end);
    }
  }
}
