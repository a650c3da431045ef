import { randomUUID } from 'node:crypto';
import { deadLetterTopicOf, retention, topics } from '@halftone/contracts';
import { appendEvent, Database, type OutboxRow, PostgresModule, postgresSettings, type Tx } from '@halftone/postgres';
import { defineService } from '@halftone/service';
import { bootService, engines, eventually, freshSchema, type FreshSchema } from '@halftone/testing';
import { Injectable, Module } from '@nestjs/common';
import { ConfigResourceTypes } from 'kafkajs';
import { createKafka } from './client';
import { kafkaSettings } from './config';
import { ensureTopics } from './ensure-topics';
import { type EventHandlers, on } from './event-handler';
import { KafkaModule } from './kafka.module';
import type { Mirror } from './outbox-publisher';

interface Tables {
  effect: { n: number };
}

const codec = {
  encode: (n: number) => ({ finish: () => Buffer.from([n]) }),
  decode: (bytes: Uint8Array) => bytes[0] ?? 0,
};
const topic = { name: `test.${randomUUID()}`, partitions: 2, codec };
const group = `${topic.name}.group`;
const admin = createKafka({ brokers: engines().brokers, clientId: 'test' }).admin();

@Injectable()
class EffectConsumer implements EventHandlers {
  readonly handlers = [
    on(topic, 'n', async (tx: Tx<Tables>, { value }) => {
      await tx.insertInto('effect').values({ n: value }).execute();
    }),
  ];
}

/** Rows mirrored by all replicas; one of them relays at a time. */
const mirrored: number[] = [];

class Numbers implements Mirror {
  async publish(rows: readonly OutboxRow[]): Promise<void> {
    mirrored.push(...rows.map(({ value }) => value[0] ?? 0));
  }
}

@Module({ providers: [EffectConsumer, Numbers] })
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
        clientId: 'effects',
        group,
        consumers: [EffectConsumer],
        relay: true,
        mirror: Numbers,
      }),
    ],
  }),
});

let schema: FreshSchema;

beforeAll(async () => {
  schema = await freshSchema('effects');
  await admin.connect();
  await ensureTopics(admin, [topic]);
});
afterAll(async () => {
  await admin.deleteTopics({ topics: [topic.name, `${group}.dlq`] });
  await admin.disconnect();
  await schema.drop();
});

const boot = () => bootService(effects, { DATABASE_URL: schema.url, KAFKA_BROKERS: engines().brokers.join(',') });
const append = (database: Database<Tables>, n: number) =>
  database.tx((tx) =>
    appendEvent(tx, { topic, type: 'n', subject: `n/${n}`, key: String(n % 3), sequence: 1, value: n }),
  );
const handled = async (database: Database<Tables>) => {
  const rows = await database.rows.selectFrom('effect').select('n').orderBy('n').execute();
  return rows.map((row) => row.n);
};
const count = (n: number) => Array.from({ length: n }, (_, i) => i);

test('each row has one effect while replicas start and stop', async () => {
  const first = await boot();
  const second = await boot();
  const database = second.app.get<Database<Tables>>(Database);
  for (const n of count(20)) await append(database, n);
  await eventually(async () => expect(await handled(database)).toEqual(count(20)), 20_000);
  await first.stop();
  for (const n of count(20)) await append(database, 20 + n);
  await eventually(async () => expect(await handled(database)).toEqual(count(40)), 20_000);
  await append(database, 40);
  await second.stop();

  const third = await boot();
  const again = third.app.get<Database<Tables>>(Database);
  await eventually(async () => expect(await handled(again)).toEqual(count(41)), 20_000);
  await eventually(async () => expect(await again.rows.selectFrom('outbox').select('id').execute()).toEqual([]));
  const health = await fetch(`${third.httpUrl}/healthz/ready`);
  expect(health.status).toBe(200);
  const metrics = await (await fetch(`${third.httpUrl}/metrics`)).text();
  expect(metrics).toContain(`consumer_handled_total{group="${group}",type="n",outcome="done"}`);
  await third.stop();
  // A relay that lost its lock may have mirrored a batch twice.
  expect([...new Set(mirrored)]).toEqual(count(41));
});

test('the broker has the stated retention for each topic and the dead letters', async () => {
  const service = await boot();
  const stated = new Map<string, { days: number }>([
    ...Object.entries(topics).map(
      ([key, { name }]) => [name, retention.topicsKept[key as keyof typeof topics]] as const,
    ),
    [deadLetterTopicOf(group), retention.deadLettersKept],
  ]);
  const type = ConfigResourceTypes.TOPIC;
  const asked = [...stated.keys()].map((name) => ({ type, name }));
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: asked });
  for (const { resourceName, configEntries } of resources) {
    const found = Object.fromEntries(configEntries.map(({ configName, configValue }) => [configName, configValue]));
    const kept = stated.get(resourceName) ?? { days: 0 };
    expect({ resourceName, ...found }).toMatchObject({ resourceName, ...retention.topicConfigOf(kept) });
  }
  expect(resources).toHaveLength(stated.size);
  await service.stop();
});
