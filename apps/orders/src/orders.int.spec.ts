import { eventsV1, ordersV1 } from '@halftone/contracts';
import { DomainError, uuidv7 } from '@halftone/kernel';
import { Database, openPool } from '@halftone/postgres';
import { withSpan } from '@halftone/service';
import { eventually, freshSchema, type FreshSchema, growth } from '@halftone/testing';
import { sql } from 'kysely';
import type { ImagesClient } from './clients';
import { migrations } from './migrations';
import { OrderService } from './order/order.service';
import { OrderStore } from './order/order.store';
import { OrderSweeper } from './order/order.sweeper';
import type { StepLimits } from './order/status';
import { ProductService } from './product/product.service';
import { ProductStore } from './product/product.store';
import type { OrdersTables } from './tables';

const alice = { customer: 'alice', role: 'customer' } as const;
const bob = { customer: 'bob', role: 'customer' } as const;
const olga = { customer: 'olga', role: 'operator' } as const;
const photo = '01990000-0000-7000-8000-000000000001';

const unexpected = (call: string) => () => {
  throw new Error(`images.${call} was not expected`);
};
const noImages: ImagesClient = {
  uploadImage: unexpected('uploadImage'),
  getImage: unexpected('getImage'),
  listImages: unexpected('listImages'),
  downloadImage: unexpected('downloadImage'),
  filterPrintable: unexpected('filterPrintable'),
};
const imagesAway = async () => {
  throw new DomainError('UNAVAILABLE', 'images is away');
};

let schema: FreshSchema;
let db: Database<OrdersTables>;

const products = () => new ProductService(db, new ProductStore(db));
const withImages = (stubs: Partial<ImagesClient>, limits: StepLimits = {}) =>
  new OrderService(db, new OrderStore(db, limits), products(), { ...noImages, ...stubs });
const allPrintable = (limits?: StepLimits) => withImages({ filterPrintable: async ({ ids }) => ({ ids }) }, limits);

beforeAll(async () => {
  schema = await freshSchema('orders');
  db = new Database<OrdersTables>(openPool(schema.url, 10, 'test'));
  await db.migrate('orders', migrations);
});
beforeEach(() =>
  sql`truncate "order", order_line, order_event, product_availability, outbox, inbox, idempotency`.execute(db.rows),
);
afterEach(assertTheTimelineIsWhatWasPublished);
afterAll(async () => {
  await db.close();
  await schema.drop();
});

const published = async () => {
  const rows = await db.rows.selectFrom('outbox').selectAll().orderBy('id').execute();
  return rows.map(({ event_id, type, subject, key, sequence, value }) => ({
    id: event_id,
    type,
    subject,
    key,
    sequence,
    order: eventsV1.OrderEvent.decode(value).order,
  }));
};

/** Every order's timeline is 1..version without gap and holds the very events of the outbox; the order is where the last one left it. */
async function assertTheTimelineIsWhatWasPublished(): Promise<void> {
  const events = await published();
  for (const { id, version, status } of await db.rows.selectFrom('order').selectAll().execute()) {
    const timeline = await db.rows
      .selectFrom('order_event')
      .selectAll()
      .where('order_id', '=', id)
      .orderBy('version')
      .execute();
    const own = events.filter(({ subject }) => subject === `orders/${id}`);
    expect(timeline.map((row) => [row.version, row.event_id, row.type])).toEqual(
      own.map((e) => [e.sequence, e.id, e.type]),
    );
    expect(timeline.map((row) => row.version)).toEqual(Array.from({ length: version }, (_, index) => index + 1));
    expect(timeline.at(-1)?.type).toBe(`order.${status}`);
  }
}

const request = (idempotencyKey: string = uuidv7(), quantity = 2): ordersV1.PlaceOrderRequest => ({
  lines: [{ imageId: photo, product: 'print-10x15', quantity }],
  payment: ordersV1.PaymentMethod.WALLET,
  idempotencyKey,
});

const markPaid = { type: 'MarkPaid' } as const;
const startPrinting = { type: 'StartPrinting', unavailable: new Set<string>() } as const;
const ship = { type: 'Ship' } as const;
const failPayment = { type: 'FailPayment', reason: 'INSUFFICIENT_FUNDS' } as const;

const refused = (code: string) => expect.objectContaining({ code });
const orderCount = async () => (await db.rows.selectFrom('order').select('id').execute()).length;

describe('placing an order', () => {
  test('stores it with prices of the catalogue and publishes it', async () => {
    const { response, replayed } = await allPrintable().place(alice, request());
    expect(replayed).toBe(false);
    expect(response).toMatchObject({
      customer: 'alice',
      status: ordersV1.OrderStatus.PLACED,
      total: 58,
      currency: 'USD',
      version: 1,
    });
    expect(await published()).toMatchObject([
      {
        type: 'order.placed',
        subject: `orders/${response.id}`,
        key: 'alice',
        sequence: 1,
        order: { id: response.id, total: 58 },
      },
    ]);
  });

  test('happens once under 20 calls with one key at once', async () => {
    const orders = allPrintable();
    const answers = await Promise.all(Array.from({ length: 20 }, () => orders.place(alice, request('key-1'))));
    expect(new Set(answers.map(({ response }) => response.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await orderCount()).toBe(1);
  });

  test('is replayed without the images service, as it was then', async () => {
    const { response } = await allPrintable().place(alice, request('key-1'));
    await allPrintable().advance(uuidv7(), response.id, markPaid);
    expect(await withImages({ filterPrintable: imagesAway }).place(alice, request('key-1'))).toEqual({
      response,
      replayed: true,
    });
  });

  test('with the same key and another body is refused', async () => {
    await allPrintable().place(alice, request('key-1'));
    await expect(allPrintable().place(alice, request('key-1', 3))).rejects.toEqual(refused('IDEMPOTENCY_KEY_REUSED'));
    expect(await orderCount()).toBe(1);
  });

  test('with the same key of another customer is another order', async () => {
    await allPrintable().place(alice, request('key-1'));
    expect(await allPrintable().place(bob, request('key-1'))).toMatchObject({ replayed: false });
  });

  test('asks for each photo once', async () => {
    const filterPrintable = jest.fn(async ({ ids }: { ids: string[] }) => ({ ids }));
    const { lines, ...rest } = request();
    await withImages({ filterPrintable }).place(alice, { ...rest, lines: [...lines, ...lines] });
    expect(filterPrintable.mock.calls).toEqual([[{ ids: [photo] }]]);
  });

  test('of a photo that cannot be printed is refused, naming the path', async () => {
    const orders = withImages({ filterPrintable: async () => ({ ids: [] }) });
    await expect(orders.place(alice, request())).rejects.toMatchObject({
      code: 'IMAGE_NOT_PRINTABLE',
      details: [{ path: 'lines.0.imageId' }],
    });
  });

  test.each([
    ['no lines', { ...request(), lines: [] }, 'VALIDATION_FAILED'],
    ['no payment method', { ...request(), payment: ordersV1.PaymentMethod.UNSPECIFIED }, 'VALIDATION_FAILED'],
    [
      'an unknown product',
      { ...request(), lines: [{ imageId: photo, product: 'statue', quantity: 1 }] },
      'PRODUCT_UNKNOWN',
    ],
    ['no key', request(''), 'IDEMPOTENCY_KEY_MISSING'],
  ])('with %s is refused before anybody is asked', async (_, bad, code) => {
    await expect(withImages({}).place(alice, bad)).rejects.toEqual(refused(code));
    expect(await published()).toEqual([]);
  });

  test('that fails leaves the key free', async () => {
    await expect(withImages({ filterPrintable: imagesAway }).place(alice, request('key-1'))).rejects.toEqual(
      refused('UNAVAILABLE'),
    );
    expect(await allPrintable().place(alice, request('key-1'))).toMatchObject({ replayed: false });
  });
});

describe('the saga', () => {
  const placed = async () => (await allPrintable().place(alice, request())).response.id;

  test('carries an order from placed to shipped', async () => {
    const [orders, id] = [allPrintable(), await placed()];
    for (const command of [markPaid, startPrinting, ship]) await orders.advance(uuidv7(), id, command);
    expect((await orders.timeline(alice, id)).map(({ type, version }) => [type, version])).toEqual([
      ['order.placed', 1],
      ['order.paid', 2],
      ['order.printing', 3],
      ['order.shipped', 4],
    ]);
  });

  test('takes a step once, however often its event comes, even at the same moment', async () => {
    const [orders, id, eventId] = [allPrintable(), await placed(), uuidv7()];
    await Promise.all(Array.from({ length: 10 }, () => orders.advance(eventId, id, markPaid)));
    expect(await orders.get(alice, id)).toMatchObject({ status: 'paid', version: 2 });
  });

  test('is counted per step that was taken, and timed to its end', async () => {
    const series = ['placed', 'paid', 'shipped'].map((status) => `order_transitions_total{status="${status}"}`);
    const ended = 'order_saga_seconds_count{outcome="shipped"}';
    const counts = await growth(['orders_placed_total{payment="wallet"}', ...series, ended], async () => {
      const [orders, id, paid] = [allPrintable(), await placed(), uuidv7()];
      for (const eventId of [paid, paid]) await orders.advance(eventId, id, markPaid);
      for (const command of [markPaid, startPrinting, ship, ship]) await orders.advance(uuidv7(), id, command);
    });
    expect(counts).toEqual([1, 1, 1, 1, 1]);
  });

  test('ignores an event for a step that is behind', async () => {
    const [orders, id] = [allPrintable(), await placed()];
    for (const command of [markPaid, startPrinting, markPaid]) await orders.advance(uuidv7(), id, command);
    expect(await orders.get(alice, id)).toMatchObject({ status: 'printing', version: 3 });
  });

  test('says why a payment failed, and forgets it when a later one works', async () => {
    const [orders, id] = [allPrintable(), await placed()];
    await orders.advance(uuidv7(), id, failPayment);
    expect(await orders.get(alice, id)).toMatchObject({ status: 'payment_failed', reason: 'INSUFFICIENT_FUNDS' });
    await orders.advance(uuidv7(), id, markPaid);
    expect(await orders.get(alice, id)).not.toHaveProperty('reason');
    expect((await orders.timeline(alice, id)).map(({ type, reason }) => [type, reason])).toEqual([
      ['order.placed', null],
      ['order.payment_failed', 'INSUFFICIENT_FUNDS'],
      ['order.paid', null],
    ]);
  });

  test('pays back what the print lab cannot make when it is to be printed', async () => {
    const [orders, id] = [allPrintable(), await placed()];
    await orders.advance(uuidv7(), id, markPaid);
    await products().setAvailability(olga, 'print-10x15', false);
    await orders.startPrinting(uuidv7(), id);
    expect(await orders.get(alice, id)).toMatchObject({ status: 'refunding', reason: 'PRODUCT_UNAVAILABLE' });
    await orders.advance(uuidv7(), id, { type: 'MarkRefunded', reason: 'all of it' });
    expect(await orders.get(alice, id)).toMatchObject({ status: 'refunded', reason: 'PRODUCT_UNAVAILABLE' });
  });

  test('keeps with each event its id on Kafka and the trace of the work that led to it', async () => {
    const orders = allPrintable();
    let traceId = '';
    const { response } = await withSpan('request', {}, async (span) => {
      ({ traceId } = span.spanContext());
      return orders.place(alice, request());
    });
    const [event] = await published();
    expect(await orders.timeline(alice, response.id)).toMatchObject([{ eventId: event?.id, traceId }]);
  });

  test.each([uuidv7(), 'no-id', ''])('says that there is no order %p, for good', async (id) => {
    await expect(allPrintable().advance(uuidv7(), id, markPaid)).rejects.toMatchObject({
      code: 'ORDER_NOT_FOUND',
      row: { retryable: false },
    });
  });

  test('does not remember an event whose step failed', async () => {
    const [orders, id, eventId] = [allPrintable(), await placed(), uuidv7()];
    await expect(orders.advance(eventId, id, ship)).rejects.toEqual(refused('ORDER_TRANSITION_ILLEGAL'));
    for (const command of [markPaid, startPrinting]) await orders.advance(uuidv7(), id, command);
    await orders.advance(eventId, id, ship);
    expect(await orders.get(alice, id)).toMatchObject({ status: 'shipped' });
  });
});

describe('a step that takes too long', () => {
  const atOnce: StepLimits = { placed: 0, payment_failed: 0, paid: 0, printing: 0, refunding: 0 };
  const statusOf = async (id: string) => (await allPrintable().get(alice, id)).status;

  test('is followed by the next one until the order is cancelled', async () => {
    const orders = allPrintable(atOnce);
    const { id } = (await orders.place(alice, request())).response;
    for (const status of ['payment_failed', 'cancelled']) {
      expect(await orders.overdue(10)).toEqual([id]);
      await orders.timeOut(id);
      expect(await statusOf(id)).toBe(status);
    }
    expect(await orders.overdue(10)).toEqual([]);
  });

  test('is left alone before its time, and once the order went on', async () => {
    const [slow, hasty] = [allPrintable({ placed: 3_600_000 }), allPrintable({ placed: 0 })];
    const [early, late] = [await slow.place(alice, request()), await hasty.place(alice, request())];
    expect(await slow.overdue(10)).toEqual([late.response.id]);
    await hasty.advance(uuidv7(), late.response.id, markPaid);
    for (const { response } of [early, late]) await hasty.timeOut(response.id);
    expect([await statusOf(early.response.id), await statusOf(late.response.id)]).toEqual(['placed', 'paid']);
  });

  test('is acted on once, however many replicas look at the same moment', async () => {
    const orders = allPrintable(atOnce);
    const { id } = (await orders.place(alice, request())).response;
    await orders.advance(uuidv7(), id, markPaid);
    await Promise.all(Array.from({ length: 10 }, () => orders.timeOut(id)));
    expect(await orders.get(alice, id)).toMatchObject({ status: 'refunding', reason: 'PRINT_TIMEOUT', version: 3 });
  });

  test('does not end a refund, and is told of again', async () => {
    const orders = allPrintable({ paid: 0, refunding: 0 });
    const { id } = (await orders.place(alice, request())).response;
    await orders.advance(uuidv7(), id, markPaid);
    await orders.timeOut(id);
    const [told] = await growth(['order_step_timeouts_total{status="refunding"}'], async () => {
      await orders.timeOut(id);
      await orders.timeOut(id);
    });
    expect([told, await statusOf(id)]).toEqual([2, 'refunding']);
  });

  test('money that comes after the order was cancelled goes back', async () => {
    const orders = allPrintable(atOnce);
    const { id } = (await orders.place(alice, request())).response;
    await orders.timeOut(id);
    await orders.timeOut(id);
    await orders.advance(uuidv7(), id, markPaid);
    expect(await orders.get(alice, id)).toMatchObject({ status: 'refunding', reason: 'PAYMENT_LATE' });
  });

  test('is found by the process itself while it runs', async () => {
    const orders = allPrintable({ placed: 1, payment_failed: 1 });
    const { id } = (await orders.place(alice, request())).response;
    const sweeper = new OrderSweeper(orders);
    sweeper.start();
    await eventually(async () => expect(await statusOf(id)).toBe('cancelled'));
    await sweeper.stop();
  });
});

describe('what the print lab can make', () => {
  test('is for operators to say', async () => {
    await expect(products().setAvailability(alice, 'mug', false)).rejects.toEqual(refused('FORBIDDEN'));
    await expect(products().setAvailability(olga, 'statue', false)).rejects.toEqual(refused('PRODUCT_UNKNOWN'));
    expect((await products().list()).every(({ available }) => available)).toBe(true);
  });

  test('cannot be ordered while it is off, and again once it is on', async () => {
    expect(await products().setAvailability(olga, 'print-10x15', false)).toMatchObject({ available: false });
    await expect(withImages({}).place(alice, request())).rejects.toMatchObject({
      code: 'PRODUCT_UNAVAILABLE',
      details: [{ path: 'lines.0.product' }],
    });
    await products().setAvailability(olga, 'print-10x15', true);
    expect(await allPrintable().place(alice, request())).toMatchObject({ replayed: false });
  });
});

describe('reading orders', () => {
  test('shows a customer only the own ones, and an operator all', async () => {
    const orders = allPrintable();
    const { id } = (await orders.place(alice, request())).response;
    expect(await orders.get(alice, id)).toMatchObject({ id, lines: [{ imageId: photo, quantity: 2, unitPrice: 29 }] });
    expect(await orders.get(olga, id)).toMatchObject({ id });
    await expect(orders.get(bob, id)).rejects.toEqual(refused('ORDER_NOT_FOUND'));
    await expect(orders.timeline(bob, id)).rejects.toEqual(refused('ORDER_NOT_FOUND'));
    expect((await orders.list(bob, 20, '')).items).toEqual([]);
    expect(await orders.listOf(bob, 'alice', 20)).toEqual([]);
    expect((await orders.list(olga, 20, '')).items).toHaveLength(1);
  });

  test('lists them newest first, page by page', async () => {
    const orders = allPrintable();
    for (const quantity of [1, 2, 3]) {
      await orders.place(alice, request(uuidv7(), quantity));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const first = await orders.list(alice, 2, '');
    const second = await orders.list(alice, 2, first.nextCursor);
    expect([...first.items, ...second.items].map(({ lines }) => lines[0]?.quantity)).toEqual([3, 2, 1]);
    expect(second.nextCursor).toBe('');
    await expect(orders.list(alice, 2, 'made-up')).rejects.toEqual(refused('CURSOR_INVALID'));
  });
});
