/** Counts missing and duplicate events in a channel with gapless numbers. Pure. */
export class Sequence {
  /** The highest number received; undefined before the first. */
  last: number | undefined;
  gaps = 0;
  duplicates = 0;

  /** `last`: the last number that an earlier page or process received. */
  constructor(last?: number) {
    this.last = last;
  }

  /** Records a number. Returns how many are missing before it, and whether it is a duplicate. */
  record(seq: number): { missing: number; duplicate: boolean } {
    const { last } = this;
    if (last !== undefined && seq <= last) {
      this.duplicates += 1;
      return { missing: 0, duplicate: true };
    }
    const missing = last === undefined ? 0 : seq - last - 1;
    this.gaps += missing;
    this.last = seq;
    return { missing, duplicate: false };
  }

  /** Any number may follow: the server has announced a loss or a new start. */
  startAfter(last: number | undefined): void {
    this.last = last;
  }
}
