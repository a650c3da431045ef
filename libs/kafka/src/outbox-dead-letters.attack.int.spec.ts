import { randomUUID } from 'node:crypto';
import { appendEvent, Database, PostgresModule, postgresSettings, type Tx } from '@halftone/postgres';
import { defineService, type RunningService } from '@halftone/service';
import { bootService, engines, eventually, freshSchema, type FreshSchema } from '@halftone/testing';
import { Injectable, Module } from '@nestjs/common';
import { ConfigResourceTypes } from 'kafkajs';
import { createKafka } from './client';
import { kafkaSettings } from './config';
import { DeadLetterDesk } from './dead-letter-desk';
import { ensureTopics } from './ensure-topics';
import { type EventHandlers, on } from './event-handler';
import { KafkaModule } from './kafka.module';

interface Tables {
  effect: { n: number };
}

/** A number, padded to this many bytes. */
const codec = {
  encode: ({ n, bytes }: { n: number; bytes: number }) => ({ finish: () => Buffer.from(String(n).padStart(bytes)) }),
  decode: (bytes: Uint8Array) => ({ n: Number(Buffer.from(bytes)), bytes: bytes.length }),
};
const service = `attacked-${randomUUID()}`;
const topic = { name: `test.${randomUUID()}`, partitions: 2, codec };
const group = `${topic.name}.group`;
const outbox = `halftone.${service}.outbox`;
const admin = createKafka({ brokers: engines().brokers, clientId: 'test' }).admin();

@Injectable()
class EffectConsumer implements EventHandlers {
  readonly handlers = [
    on(topic, 'n', async (tx: Tx<Tables>, { value: { n } }) => {
      await tx.insertInto('effect').values({ n }).execute();
    }),
  ];
}

@Module({ providers: [EffectConsumer] })
class EffectModule {}

const effects = defineService({
  name: 'effects',
  settings: { ...postgresSettings, ...kafkaSettings },
  module: (config) => ({
    module: EffectModule,
    imports: [
      PostgresModule.forRoot({
        url: config.DATABASE_URL,
        poolSize: config.DATABASE_POOL_SIZE,
        schema: 'effects',
        migrations: [{ id: '0001-effect', up: 'create table effect (n int not null)' }],
      }),
      KafkaModule.forRoot({
        brokers: config.KAFKA_BROKERS,
        clientId: service,
        group,
        consumers: [EffectConsumer],
        relay: true,
      }),
    ],
  }),
});

let schema: FreshSchema;
let running: RunningService;
let database: Database<Tables>;

const limitMessageBytes = (bytes: number) =>
  admin.alterConfigs({
    validateOnly: false,
    resources: [
      {
        type: ConfigResourceTypes.TOPIC,
        name: topic.name,
        configEntries: [{ name: 'max.message.bytes', value: String(bytes) }],
      },
    ],
  });

beforeAll(async () => {
  schema = await freshSchema('effects');
  await admin.connect();
  await ensureTopics(admin, [topic]);
  await limitMessageBytes(20_000);
  running = await bootService(effects, { DATABASE_URL: schema.url, KAFKA_BROKERS: engines().brokers.join(',') });
  database = running.app.get<Database<Tables>>(Database);
});
afterAll(async () => {
  await running.stop();
  await admin.deleteTopics({ topics: [topic.name, `${group}.dlq`, `${outbox}.dlq`] });
  await admin.disconnect();
  await schema.drop();
});

const append = (numbers: readonly number[], bytesOf: (n: number) => number) =>
  database.tx(async (tx) => {
    for (const n of numbers) {
      const value = { n, bytes: bytesOf(n) };
      await appendEvent(tx, { topic, type: 'n', subject: `n/${n}`, key: String(n % 3), sequence: 1, value });
    }
  });
const count = (n: number) => Array.from({ length: n }, (_, i) => i);
const effect = async () => {
  const rows = await database.rows.selectFrom('effect').select('n').orderBy('n').execute();
  return rows.map((row) => row.n);
};

test('events that the broker rejects block nothing: they are dead letters, and can be replayed once it accepts them', async () => {
  const oversized = [7, 31];
  await append(count(60), (n) => (oversized.includes(n) ? 50_000 : 100));
  await append([60, 61, 62], () => 100);
  const others = count(63).filter((n) => !oversized.includes(n));
  await eventually(async () => expect(await effect()).toEqual(others), 20_000);
  await eventually(async () => expect(await database.rows.selectFrom('outbox').select('id').execute()).toEqual([]));

  const desk = running.app.get(DeadLetterDesk);
  const letters = await desk.list({ group: outbox });
  expect(letters.map(({ original }) => String(original.headers?.['ce_subject']))).toEqual(['n/31', 'n/7']);
  expect(letters.map(({ original }) => original.value?.length)).toEqual([50_000, 50_000]);
  expect(letters[0]).toMatchObject({ reason: 'MESSAGE_TOO_LARGE', state: 'open', origin: { topic: topic.name } });
  const metrics = await (await fetch(`${running.httpUrl}/metrics`)).text();
  expect(metrics).toContain(`dead_letters_total{group="${outbox}"} 2`);

  await limitMessageBytes(1_000_000);
  await eventually(async () => {
    for (const { id } of await desk.list({ group: outbox, state: 'open' })) await desk.replay(id, 'a test');
  }, 20_000);
  await eventually(async () => expect(await effect()).toEqual(count(63)), 20_000);
}, 60_000);
