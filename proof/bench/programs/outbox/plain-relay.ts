import type { OutboxRow } from '@halftone/postgres';
import { Client } from 'pg';
import { inSchema } from './database.ts';

const read = `select id, event_id as "eventId", topic, key, type, subject, sequence, value, traceparent, time
  from outbox order by id limit 500`;

/** A simple polling relay. The caller says what it waits for between two queries. */
export async function relayPlainly(
  databaseUrl: string,
  publish: (rows: readonly OutboxRow[]) => Promise<void>,
  untilNextLook: (client: Client) => Promise<void>,
  prepare: string = '',
): Promise<void> {
  const client = new Client({ connectionString: inSchema(databaseUrl) });
  await client.connect();
  if (prepare) await client.query(prepare);
  const loop = async () => {
    for (;;) {
      const { rows } = await client.query<OutboxRow>(read);
      if (rows.length > 0) {
        await publish(rows);
        await client.query('delete from outbox where id = any($1)', [rows.map(({ id }) => id)]);
      }
      await untilNextLook(client);
    }
  };
  void loop();
}
