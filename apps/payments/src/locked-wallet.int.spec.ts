/** The events of other customers do not wait for a wallet that is locked: on a real broker and database. */
import { eventsV1, topics } from '@halftone/contracts';
import { uuidv7 } from '@halftone/kernel';
import { EventProducer } from '@halftone/kafka';
import { openPool } from '@halftone/postgres';
import type { RunningService } from '@halftone/service';
import {
  bootService,
  engines,
  eventually,
  freePort,
  freshSchema,
  type FreshSchema,
  selfSigned,
} from '@halftone/testing';
import { payments } from './payments';
import { order } from './payments.fixture';

const others = Array.from({ length: 15 }, (_, index) => `load-${index + 1}`);
let schema: FreshSchema;
let service: RunningService;
let own: ReturnType<typeof openPool>;

beforeAll(async () => {
  schema = await freshSchema('payments');
  const [bank, self] = await Promise.all(['bank', 'payments'].map(selfSigned));
  service = await bootService(payments, {
    DATABASE_URL: schema.url,
    KAFKA_BROKERS: engines().brokers.join(','),
    ORDERS_GRPC: `127.0.0.1:${await freePort()}`,
    BANK_URL: `http://127.0.0.1:${await freePort()}/bank`,
    BANK_CERT: bank?.certificate ?? '',
    BANK_CLIENT_CERT: self?.certificate ?? '',
    BANK_CLIENT_KEY: self?.key ?? '',
    SEED_LOAD_CUSTOMERS: '15',
  });
  own = openPool(schema.url, 2, 'observer');
});
afterAll(async () => {
  await own.end();
  await service.stop();
  await schema.drop();
});

const place = (customers: readonly string[]) =>
  service.app.get(EventProducer).publish(
    customers.map((customer, index) => {
      const placed = order(100, customer);
      const value = Buffer.from(eventsV1.OrderEvent.encode({ order: placed }).finish());
      const subject = `orders/${placed.id}`;
      const event = { topic: topics.orders.name, key: customer, type: 'order.placed', subject, sequence: 1, value };
      return { ...event, id: index, eventId: uuidv7(), traceparent: null, time: new Date() };
    }),
  );
const paid = async () => {
  const { rows } = await own.query<{ customer: string }>(
    `select customer from payment where status = 'captured' order by customer`,
  );
  return rows.map(({ customer }) => customer);
};

test('while one wallet is locked for 10 s, the orders of 15 other customers are paid within 2 s', async () => {
  await place(['bob']);
  await eventually(async () => expect(await paid()).toEqual(['bob']), 30_000);
  const session = await own.connect();
  await session.query('begin');
  await session.query(`select from account where customer = 'alice' for update`);
  const expected = ['bob', ...others].toSorted();
  await place([...others.slice(0, 7), 'alice', ...others.slice(7)]);
  await eventually(async () => expect(await paid()).toEqual(expected), 2_000);
  await new Promise((resolve) => setTimeout(resolve, 8_000));
  expect(await paid()).toEqual(expected);
  await session.query('rollback');
  session.release();
  await eventually(async () => expect(await paid()).toEqual(['alice', ...expected]), 20_000);
}, 90_000);
