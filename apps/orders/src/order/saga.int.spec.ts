import { uuidv7 } from '@halftone/kernel';
import { withSpan } from '@halftone/service';
import { freshSchema, growth } from '@halftone/testing';
import {
  alice,
  failPayment,
  givenAShop,
  markPaid,
  olga,
  refused,
  request,
  ship,
  startPrinting,
} from '../orders.fixture';

const shop = givenAShop(freshSchema);

describe('the saga', () => {
  const placed = async () => (await shop.allPrintable().place(alice, request())).response.id;

  test('moves an order from placed to shipped', async () => {
    const [orders, id] = [shop.allPrintable(), await placed()];
    for (const command of [markPaid, startPrinting, ship]) await shop.advance(orders, uuidv7(), id, command);
    expect((await orders.timeline(alice, id)).map(({ type, version }) => [type, version])).toEqual([
      ['order.placed', 1],
      ['order.paid', 2],
      ['order.printing', 3],
      ['order.shipped', 4],
    ]);
  });

  test('applies an event once, even when it arrives many times concurrently', async () => {
    const [orders, id, eventId] = [shop.allPrintable(), await placed(), uuidv7()];
    await Promise.all(Array.from({ length: 10 }, () => shop.advance(orders, eventId, id, markPaid)));
    expect(await orders.get(alice, id)).toMatchObject({ status: 'paid', version: 2 });
  });

  test('counts each transition and measures the total duration', async () => {
    const series = ['placed', 'paid', 'shipped'].map((status) => `order_transitions_total{status="${status}"}`);
    const ended = 'order_saga_duration_seconds_count{outcome="shipped"}';
    const counts = await growth(['orders_placed_total{payment="wallet"}', ...series, ended], async () => {
      const [orders, id, paid] = [shop.allPrintable(), await placed(), uuidv7()];
      for (const eventId of [paid, paid]) await shop.advance(orders, eventId, id, markPaid);
      for (const command of [markPaid, startPrinting, ship, ship]) await shop.advance(orders, uuidv7(), id, command);
    });
    expect(counts).toEqual([1, 1, 1, 1, 1]);
  });

  test('ignores an event for a step already passed', async () => {
    const [orders, id] = [shop.allPrintable(), await placed()];
    for (const command of [markPaid, startPrinting, markPaid]) await shop.advance(orders, uuidv7(), id, command);
    expect(await orders.get(alice, id)).toMatchObject({ status: 'printing', version: 3 });
  });

  test('stores why a payment failed, and clears the reason when a retry works', async () => {
    const [orders, id] = [shop.allPrintable(), await placed()];
    await shop.advance(orders, uuidv7(), id, failPayment);
    expect(await orders.get(alice, id)).toMatchObject({ status: 'payment_failed', reason: 'INSUFFICIENT_FUNDS' });
    await shop.advance(orders, uuidv7(), id, markPaid);
    expect(await orders.get(alice, id)).not.toHaveProperty('reason');
    expect((await orders.timeline(alice, id)).map(({ type, reason }) => [type, reason])).toEqual([
      ['order.placed', null],
      ['order.payment_failed', 'INSUFFICIENT_FUNDS'],
      ['order.paid', null],
    ]);
  });

  test('refunds an order whose product is unavailable at the start of printing', async () => {
    const [orders, id] = [shop.allPrintable(), await placed()];
    await shop.advance(orders, uuidv7(), id, markPaid);
    await shop.products().setAvailability(olga, 'print-10x15', false);
    await shop.startPrinting(orders, uuidv7(), id);
    expect(await orders.get(alice, id)).toMatchObject({ status: 'refunding', reason: 'PRODUCT_UNAVAILABLE' });
    await shop.advance(orders, uuidv7(), id, { type: 'MarkRefunded', reason: 'all of it' });
    expect(await orders.get(alice, id)).toMatchObject({ status: 'refunded', reason: 'PRODUCT_UNAVAILABLE' });
  });

  test("stores each event's Kafka id and the trace that caused it", async () => {
    const orders = shop.allPrintable();
    let traceId = '';
    const { response } = await withSpan('request', {}, async (span) => {
      ({ traceId } = span.spanContext());
      return orders.place(alice, request());
    });
    const [event] = await shop.published();
    expect(await orders.timeline(alice, response.id)).toMatchObject([{ eventId: event?.id, traceId }]);
  });

  test.each([uuidv7(), 'no-id', ''])('rejects the unknown order %p as not retryable', async (id) => {
    await expect(shop.advance(shop.allPrintable(), uuidv7(), id, markPaid)).rejects.toMatchObject({
      code: 'ORDER_NOT_FOUND',
      row: { retryable: false },
    });
  });

  test('does not record an event whose step failed', async () => {
    const [orders, id, eventId] = [shop.allPrintable(), await placed(), uuidv7()];
    await expect(shop.advance(orders, eventId, id, ship)).rejects.toEqual(refused('ORDER_TRANSITION_ILLEGAL'));
    for (const command of [markPaid, startPrinting]) await shop.advance(orders, uuidv7(), id, command);
    await shop.advance(orders, eventId, id, ship);
    expect(await orders.get(alice, id)).toMatchObject({ status: 'shipped' });
  });
});
