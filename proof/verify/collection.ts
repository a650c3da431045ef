/** Sorts the records read from Kafka. */
import { lettersOf, topics, type DeadLetter, type DeadLetterRecord, type eventsV1 } from '@halftone/contracts';
import type { IHeaders, KafkaMessage } from 'kafkajs';

export interface EventRecord<Value> {
  id: string;
  type: string;
  subject: string;
  key: string;
  sequence: number;
  /** When it was put there. */
  time: Date;
  value: Value;
}

export interface Records {
  orders: EventRecord<eventsV1.OrderEvent>[];
  payments: EventRecord<eventsV1.PaymentEvent>[];
  images: EventRecord<eventsV1.ImageEvent>[];
  feed: EventRecord<eventsV1.FeedEvent>[];
  /** The letters of all groups with what has become of them. */
  letters: Letter[];
  /** Copies of a record that is there already: allowed, at least once is the contract of the wire. */
  wireDuplicates: number;
  /** Records that carry no event of ours, such as what somebody put there by hand. */
  strangers: number;
  /** The oldest time every partition still remembers; undefined when nothing was ever deleted. */
  keptSince: Date | undefined;
}

/** A dead letter and the event in it; empty when it holds none. */
type Letter = Pick<DeadLetter, 'id' | 'group' | 'state'> & { eventId: string };

type TopicKey = keyof typeof topics;
const topicKeys = Object.keys(topics) as TopicKey[];

/** Every event type, independent of the services on purpose. A record of another type counts as foreign. */
const types = new Set([
  ...['placed', 'paid', 'payment_failed', 'printing', 'shipped', 'cancelled', 'refunding', 'refunded'].map(
    (step) => `order.${step}`,
  ),
  ...['payment.captured', 'payment.declined', 'refund.completed', 'refund.failed', 'transfer.completed'],
  ...['refund-request.opened', 'refund-request.approved', 'refund-request.refused'],
  ...['image.uploaded', 'image.ready', 'image.failed', 'image.cancelled'],
  ...['gallery.orders-paid', 'gallery.orders-shipped', 'gallery.photos-ready'],
]);

const header = (headers: IHeaders | undefined, name: string): string => headers?.[name]?.toString() ?? '';

/** Collects records in the order of their partition, first copies only. */
export class Collection {
  readonly #events: Pick<Records, TopicKey> = { orders: [], payments: [], images: [], feed: [] };
  readonly #dead = new Map<string, DeadLetterRecord[]>();
  readonly #seen = new Set<string>();
  #wireDuplicates = 0;
  #strangers = 0;
  #keptSince: Date | undefined;

  get records(): Records {
    return {
      ...this.#events,
      letters: [...this.#dead].flatMap(([group, records]) => lettersOf(group, records).map(toLetter)),
      wireDuplicates: this.#wireDuplicates,
      strangers: this.#strangers,
      keptSince: this.#keptSince,
    };
  }

  add(topic: string, message: KafkaMessage): void {
    const key = topicKeys.find((candidate) => topics[candidate].name === topic);
    const id = header(message.headers, 'ce_id');
    if (!key || !id || !message.value) this.#strangers += 1;
    else if (this.#seen.has(`${key} ${id}`)) this.#wireDuplicates += 1;
    else if (!this.#decode(key, id, message)) this.#strangers += 1;
    else this.#seen.add(`${key} ${id}`);
  }

  addDead(group: string, message: KafkaMessage): void {
    const records = this.#dead.get(group) ?? [];
    this.#dead.set(group, records);
    records.push(message);
  }

  /** Nothing older than this can be judged. */
  forgetBefore(time: Date): void {
    if (!this.#keptSince || time > this.#keptSince) this.#keptSince = time;
  }

  #decode(key: TopicKey, id: string, message: KafkaMessage): boolean {
    const { headers, value } = message;
    if (!value) return false;
    const facts = {
      id,
      type: header(headers, 'ce_type'),
      subject: header(headers, 'ce_subject'),
      key: message.key?.toString() ?? '',
      sequence: Number(header(headers, 'ce_sequence')),
      time: new Date(Number(message.timestamp)),
    };
    if (!types.has(facts.type)) return false;
    try {
      const event = { ...facts, value: topics[key].codec.decode(value) };
      (this.#events[key] as EventRecord<unknown>[]).push(event);
      return true;
    } catch {
      // Counted by the caller as a foreign record.
      return false;
    }
  }
}

const toLetter = ({ id, group, state, original }: DeadLetter): Letter => ({
  id,
  group,
  state,
  eventId: header(original.headers as IHeaders, 'ce_id'),
});
