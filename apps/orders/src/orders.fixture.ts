import { eventsV1, ordersV1 } from '@halftone/contracts';
import { uuidv7 } from '@halftone/kernel';
import { Database, openPool, recordInInbox, type Tx } from '@halftone/postgres';
import { sql } from 'kysely';
import type { SagaCommand } from './order/order';
import { group, type ImagesClient, OrderService } from './order/order.service';
import { migrations } from './migrations';
import { OrderStore } from './order/order.store';
import type { StepLimits } from './order/status';
import { ProductService } from './product/product.service';
import { ProductStore } from './product/product.store';
import type { OrdersTables } from './tables';

export const alice = { customer: 'alice', role: 'customer' } as const;
export const bob = { customer: 'bob', role: 'customer' } as const;
export const olga = { customer: 'olga', role: 'operator' } as const;
export const photo = '01990000-0000-7000-8000-000000000001';

export const markPaid = { type: 'MarkPaid' } as const;
export const startPrinting = { type: 'StartPrinting', unavailable: new Set<string>() } as const;
export const ship = { type: 'Ship' } as const;
export const failPayment = { type: 'FailPayment', reason: 'INSUFFICIENT_FUNDS' } as const;

export const request = (idempotencyKey: string = uuidv7(), quantity = 2): ordersV1.PlaceOrderRequest => ({
  lines: [{ imageId: photo, product: 'print-10x15', quantity }],
  payment: ordersV1.PaymentMethod.WALLET,
  idempotencyKey,
});

export const refused = (code: string) => expect.objectContaining({ code });

const unexpected = (call: string) => () => {
  throw new Error(`images.${call} was not expected`);
};
const noImages: ImagesClient = {
  uploadImage: unexpected('uploadImage'),
  getImage: unexpected('getImage'),
  listImages: unexpected('listImages'),
  downloadImage: unexpected('downloadImage'),
  cancelImage: unexpected('cancelImage'),
  filterPrintable: unexpected('filterPrintable'),
};

/** The result of `freshSchema` in libs/testing, which only specs may import. */
interface OwnSchema {
  url: string;
  drop(): Promise<void>;
}

export type Shop = Awaited<ReturnType<typeof build>>;

/** The service on a real database, without its edges. A call to images fails unless the test stubs it. */
async function build(schema: OwnSchema) {
  const db = new Database<OrdersTables>(openPool(schema.url, 10, 'test'));
  await db.migrate('orders', migrations);
  const products = () => new ProductService(db, new ProductStore(db));
  const withImages = (stubs: Partial<ImagesClient>, limits: StepLimits = {}) =>
    new OrderService(db, new OrderStore(db, limits), products(), { ...noImages, ...stubs });
  /** Like the consumer group: the event takes effect once. */
  const deliver = (eventId: string, handle: (tx: Tx<OrdersTables>) => Promise<void>) =>
    db.tx(async (tx) => {
      if ((await recordInInbox(tx, group, [eventId])).size > 0) await handle(tx);
    });
  return {
    ...{ schema, db, products, withImages },
    advance: (orders: OrderService, eventId: string, orderId: string, command: SagaCommand) =>
      deliver(eventId, (tx) => orders.advance(tx, orderId, command)),
    startPrinting: (orders: OrderService, eventId: string, orderId: string) =>
      deliver(eventId, (tx) => orders.startPrinting(tx, orderId)),
    allPrintable: (limits?: StepLimits) => withImages({ filterPrintable: async ({ ids }) => ({ ids }) }, limits),
    published: () => published(db),
    orderCount: async () => (await db.rows.selectFrom('order').select('id').execute()).length,
  };
}

async function published(db: Database<OrdersTables>) {
  const rows = await db.rows.selectFrom('outbox').selectAll().orderBy('id').execute();
  return rows.map(({ event_id, type, subject, key, sequence, value }) => ({
    ...{ id: event_id, type, subject, key, sequence },
    order: eventsV1.OrderEvent.decode(value).order,
  }));
}

/** One shop per spec file, emptied before each test. After each test, timelines and outbox must agree. */
export function givenAShop(freshSchema: (schema: string) => Promise<OwnSchema>): Shop {
  const shop = {} as Shop;
  beforeAll(async () => {
    Object.assign(shop, await build(await freshSchema('orders')));
  });
  beforeEach(() =>
    sql`truncate "order", order_line, order_event, product_availability, outbox, inbox, idempotency`.execute(
      shop.db.rows,
    ),
  );
  afterEach(() => assertTimelineMatchesOutbox(shop.db));
  afterAll(async () => {
    await shop.db.close();
    await shop.schema.drop();
  });
  return shop;
}

/** Every timeline is 1..version without gaps and has the outbox's event ids; the last entry matches the order's status. */
async function assertTimelineMatchesOutbox(db: Database<OrdersTables>): Promise<void> {
  const events = await published(db);
  for (const { id, version, status } of await db.rows.selectFrom('order').selectAll().execute()) {
    const query = db.rows.selectFrom('order_event').selectAll().where('order_id', '=', id);
    const timeline = await query.orderBy('version').execute();
    const own = events.filter(({ subject }) => subject === `orders/${id}`);
    expect(timeline.map((row) => [row.version, row.event_id, row.type])).toEqual(
      own.map((e) => [e.sequence, e.id, e.type]),
    );
    expect(timeline.map((row) => row.version)).toEqual(Array.from({ length: version }, (_, index) => index + 1));
    expect(timeline.at(-1)?.type).toBe(`order.${status}`);
  }
}
