import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collect only after this many new connections, if they are half of all. */
const manyOpened = 1_000;

/**
 * Frees the memory that a storm of new connections leaves: requests, verified tokens and answers, one or two kilobytes each.
 * V8 runs a full collection only when the heap has doubled, so an idle process would keep it.
 * This runs one full collection after a storm, and none at other times.
 */
export class StormCollector {
  private opened = 0;
  private openedBefore = 0;

  constructor(private readonly collect: () => void = collectGarbage) {}

  hasOpened(): void {
    this.opened += 1;
  }

  /** Called about once a second with the number of open connections. */
  tick(open: number): void {
    const isQuiet = this.opened - this.openedBefore < manyOpened / 100;
    this.openedBefore = this.opened;
    if (!isQuiet || this.opened < Math.max(manyOpened, open / 2)) return;
    this.opened = 0;
    this.openedBefore = 0;
    this.collect();
  }
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as (options: { type: 'major'; flavor: 'last-resort' }) => void;
  // The only kind that also compacts, so that free pages return to the system.
  gc({ type: 'major', flavor: 'last-resort' });
}
