import type { EncodedEvent } from './encoded-event';

/** The array is cut once this many front slots are empty and they are half of all. */
const slack = 32;

/** A FIFO queue of events with constant cost per operation. */
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

  /** At most `limit` events from the first one that is not `before`. All events that are `before` must come first. */
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
