import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** From so many new connections on, and half of all being new, what they left behind is worth a pause. */
const manyOpened = 1_000;

/**
 * Gives back what a storm of new connections leaves: requests, tokens that were verified, answers, a kilobyte or two for each. V8 collects
 * young objects only until the heap has doubled, so an otherwise idle process would keep it. One full collection once the
 * storm is over, and none in normal coming and going.
 */
export class StormCollector {
  private opened = 0;
  private openedBefore = 0;

  constructor(private readonly collect: () => void = collectGarbage) {}

  hasOpened(): void {
    this.opened += 1;
  }

  /** Called about once a second, with how many are open. */
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
  // Of all kinds the one that also moves what is left together, so that the pages in between are given back.
  gc({ type: 'major', flavor: 'last-resort' });
}
