import { uuidv7 } from '@halftone/kernel';
import { eventually, freshSchema, growth } from '@halftone/testing';
import { alice, givenAShop, markPaid, request } from '../orders.fixture';
import { OrderTimeoutWorker } from './order-timeout.worker';
import { sql } from 'kysely';
import type { StepLimits } from './status';

const shop = givenAShop(freshSchema);

describe('a step that exceeds its time limit', () => {
  const atOnce: StepLimits = { placed: 0, payment_failed: 0, paid: 0, printing: 0, refunding: 0 };
  const overdue = (id: string) => ({ id, dueAt: expect.any(String) });
  const statusOf = async (id: string) => (await shop.allPrintable().get(alice, id)).status;

  test('moves on, twice, until the order is cancelled', async () => {
    const orders = shop.allPrintable(atOnce);
    const { id } = (await orders.place(alice, request())).response;
    for (const status of ['payment_failed', 'cancelled']) {
      expect(await orders.overdue(10)).toEqual([overdue(id)]);
      await orders.timeOut(id);
      expect(await statusOf(id)).toBe(status);
    }
    expect(await orders.overdue(10)).toEqual([]);
  });

  test('is ignored before its limit, and once the order has moved on', async () => {
    const [slow, hasty] = [shop.allPrintable({ placed: 3_600_000 }), shop.allPrintable({ placed: 0 })];
    const [early, late] = [await slow.place(alice, request()), await hasty.place(alice, request())];
    expect(await slow.overdue(10)).toEqual([overdue(late.response.id)]);
    await shop.advance(hasty, uuidv7(), late.response.id, markPaid);
    for (const { response } of [early, late]) await hasty.timeOut(response.id);
    expect([await statusOf(early.response.id), await statusOf(late.response.id)]).toEqual(['placed', 'paid']);
  });

  test('is applied once, even when many replicas poll concurrently', async () => {
    const orders = shop.allPrintable(atOnce);
    const { id } = (await orders.place(alice, request())).response;
    await shop.advance(orders, uuidv7(), id, markPaid);
    await Promise.all(Array.from({ length: 10 }, () => orders.timeOut(id)));
    expect(await orders.get(alice, id)).toMatchObject({ status: 'refunding', reason: 'PRINT_TIMEOUT', version: 3 });
  });

  test('does not end a refund, and is reported again', async () => {
    const orders = shop.allPrintable({ paid: 0, refunding: 0 });
    const { id } = (await orders.place(alice, request())).response;
    await shop.advance(orders, uuidv7(), id, markPaid);
    await orders.timeOut(id);
    const [reported] = await growth(['order_step_timeouts_total{status="refunding"}'], async () => {
      await orders.timeOut(id);
      await orders.timeOut(id);
    });
    expect([reported, await statusOf(id)]).toEqual([2, 'refunding']);
  });

  test('a payment after the cancellation is refunded', async () => {
    const orders = shop.allPrintable(atOnce);
    const { id } = (await orders.place(alice, request())).response;
    await orders.timeOut(id);
    await orders.timeOut(id);
    await shop.advance(orders, uuidv7(), id, markPaid);
    expect(await orders.get(alice, id)).toMatchObject({ status: 'refunding', reason: 'PAYMENT_LATE' });
  });

  test('is found by the worker', async () => {
    const orders = shop.allPrintable({ placed: 1, payment_failed: 1 });
    const { id } = (await orders.place(alice, request())).response;
    const worker = new OrderTimeoutWorker(orders);
    worker.start();
    await eventually(async () => expect(await statusOf(id)).toBe('cancelled'));
    await worker.stop();
  });

  test('is applied even if a full page of orders fails before it; those are applied once they work again', async () => {
    const orders = shop.allPrintable(atOnce);
    const ids: string[] = [];
    for (let count = 0; count < 60; count += 1) ids.push((await orders.place(alice, request())).response.id);
    const last = ids.at(-1) as string;
    const repair = await breakOrders(ids.slice(0, -1));
    const worker = new OrderTimeoutWorker(orders);
    worker.start();
    try {
      await eventually(async () => expect(await statusOf(last)).toBe('cancelled'));
      expect(await statusOf(ids[0] as string)).toBe('placed');
      await repair();
      await eventually(async () => expect(await Promise.all(ids.map(statusOf))).toEqual(ids.map(() => 'cancelled')));
    } finally {
      await worker.stop();
    }
  });
});

/** Makes every update of these orders fail. The returned function repairs them. */
async function breakOrders(ids: readonly string[]): Promise<() => Promise<unknown>> {
  const { rows } = shop.db;
  await sql`create table broken as select unnest(${ids}::uuid[]) as id`.execute(rows);
  await sql`
    create function refuse_broken() returns trigger language plpgsql as $$
    begin
      if exists (select from broken where id = new.id) then raise 'this order is broken'; end if;
      return new;
    end $$
  `.execute(rows);
  await sql`create trigger broken before update on "order" for each row execute function refuse_broken()`.execute(rows);
  return () => sql`truncate broken`.execute(rows);
}
