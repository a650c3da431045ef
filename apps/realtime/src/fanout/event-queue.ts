import type { EncodedEvent } from './encoded-event';

/** Once so many slots at the front are empty, and they are half of all, the array is cut. */
const slack = 32;

/** Events in the order they came in; taking the oldest costs the same however many there are. */
export class EventQueue {
  private events: (EncodedEvent | undefined)[] = [];
  private head = 0;

  get length(): number {
    return this.events.length - this.head;
  }

  get first(): EncodedEvent | undefined {
    return this.events[this.head];
  }

  get last(): EncodedEvent | undefined {
    return this.length > 0 ? this.events.at(-1) : undefined;
  }

  push(event: EncodedEvent): void {
    this.events.push(event);
  }

  shift(): EncodedEvent | undefined {
    const { first } = this;
    if (!first) return undefined;
    this.events[this.head++] = undefined;
    if (this.head >= slack && this.head * 2 >= this.events.length) {
      this.events = this.events.slice(this.head);
      this.head = 0;
    }
    return first;
  }

  /** At most `limit` events, from the first on that is not `before`; what is `before` stands in front of what is not. */
  from(before: (event: EncodedEvent) => boolean, limit: number): EncodedEvent[] {
    let low = this.head;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const event = this.events[middle];
      if (event && before(event)) low = middle + 1;
      else high = middle;
    }
    return this.events.slice(low, low + limit).filter((event) => event !== undefined);
  }
}
