/** Counts what is missing and what came twice in a channel whose events are numbered without gap. Pure. */
export class Sequence {
  /** The highest number heard; undefined before the first. */
  last: number | undefined;
  gaps = 0;
  duplicates = 0;

  /** `last`: heard already, by whoever listened before. */
  constructor(last?: number) {
    this.last = last;
  }

  /** How many were left out before this one, and whether it, or a later one, was there already. */
  take(seq: number): { missing: number; duplicate: boolean } {
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

  /** The next number may be any: the server has said that something is lost, or where it begins anew. */
  startAfter(last: number | undefined): void {
    this.last = last;
  }
}
