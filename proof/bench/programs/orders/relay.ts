/**
 * Rows of an outbox to Kafka, at least once and in the order of their ids: one batch at a time, one produce request for all topics.
 * The statement that reads a batch deletes the one before it, so a row is deleted after its acknowledgement.
 */
import type { Producer } from 'kafkajs';
import type { Client } from 'pg';
import { connect, rowsOf, type Statement } from './database.ts';
import { openKafka, openProducer } from './kafka.ts';
import type { LimitSettings } from './settings.ts';

type Row = [
  id: number,
  eventId: string,
  topic: string,
  key: string,
  type: string,
  subject: string,
  sequence: number,
  value: string,
  time: string,
];

const next: Statement = {
  name: 'relay',
  text: `
    with published as (delete from outbox where id = any($1::bigint[]))
    select id, event_id, topic, key, type, subject, sequence, value, time::text
    from outbox where id <> all($1::bigint[])
    order by id limit 500`,
};

/** Events that were written by another process, or whose wake-up was lost. */
const lookEveryMs = 1_000;

const messageOf = ([, id, , key, type, subject, sequence, data, time]: Row) => ({
  key,
  // The data is JSON already.
  value: `{"id":"${id}","type":"${type}","subject":"${subject}","key":"${key}","sequence":${sequence},"time":"${time}","data":${data}}`,
});

export class Relay {
  readonly #database: Client;
  readonly #producer: Producer;
  #busy = false;
  #wanted = false;

  private constructor(database: Client, producer: Producer) {
    this.#database = database;
    this.#producer = producer;
    setInterval(() => this.wake(), lookEveryMs);
  }

  static async start({ databaseUrl, brokers }: LimitSettings, schema: string): Promise<Relay> {
    const producer = await openProducer(openKafka(brokers, `limit-${schema}-relay`));
    return new Relay(await connect(databaseUrl, schema), producer);
  }

  /** After each commit that has written to the outbox. */
  wake(): void {
    this.#wanted = true;
    if (this.#busy) return;
    this.#busy = true;
    setImmediate(() => void this.#run());
  }

  async #run(): Promise<void> {
    let published: number[] = [];
    while (this.#wanted || published.length > 0) {
      this.#wanted = false;
      const rows = await rowsOf<Row>(this.#database, next, [published]);
      if (rows.length > 0) await this.#publish(rows);
      published = rows.map(([id]) => id);
    }
    this.#busy = false;
  }

  async #publish(rows: readonly Row[]): Promise<void> {
    const byTopic = Map.groupBy(rows, ([, , topic]) => topic);
    const topicMessages = [...byTopic].map(([topic, some]) => ({ topic, messages: some.map(messageOf) }));
    await this.#producer.sendBatch({ acks: -1, topicMessages });
  }
}
