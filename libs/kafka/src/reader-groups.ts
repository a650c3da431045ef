/** Each lost connection to Kafka creates a new group; a broker that is down for a day causes tens of thousands. */
const MAX_GROUPS = 100;

/**
 * Group ids that a reader used and must still delete. Only the latest are kept: an older group is empty, and the next
 * reader with the same name deletes it when it starts.
 */
export class ReaderGroups {
  private readonly ids = new Set<string>();

  add(id: string): void {
    this.ids.add(id);
    const [oldest] = this.ids;
    if (this.ids.size > MAX_GROUPS && oldest !== undefined) this.ids.delete(oldest);
  }

  /** Oldest first. */
  list(): string[] {
    return [...this.ids];
  }
}
