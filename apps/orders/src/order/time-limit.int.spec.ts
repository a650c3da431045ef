import { uuidv7 } from '@halftone/kernel';
import { eventually, freshSchema, growth } from '@halftone/testing';
import { alice, givenAShop, markPaid, request } from '../orders.fixture';
import { OrderSweeper } from './order.sweeper';
import type { StepLimits } from './status';

const shop = givenAShop(freshSchema);

describe('a step that takes too long', () => {
  const atOnce: StepLimits = { placed: 0, payment_failed: 0, paid: 0, printing: 0, refunding: 0 };
  const statusOf = async (id: string) => (await shop.allPrintable().get(alice, id)).status;

  test('is followed by the next one until the order is cancelled', async () => {
    const orders = shop.allPrintable(atOnce);
    const { id } = (await orders.place(alice, request())).response;
    for (const status of ['payment_failed', 'cancelled']) {
      expect(await orders.overdue(10)).toEqual([id]);
      await orders.timeOut(id);
      expect(await statusOf(id)).toBe(status);
    }
    expect(await orders.overdue(10)).toEqual([]);
  });

  test('is left alone before its time, and once the order went on', async () => {
    const [slow, hasty] = [shop.allPrintable({ placed: 3_600_000 }), shop.allPrintable({ placed: 0 })];
    const [early, late] = [await slow.place(alice, request()), await hasty.place(alice, request())];
    expect(await slow.overdue(10)).toEqual([late.response.id]);
    await hasty.advance(uuidv7(), late.response.id, markPaid);
    for (const { response } of [early, late]) await hasty.timeOut(response.id);
    expect([await statusOf(early.response.id), await statusOf(late.response.id)]).toEqual(['placed', 'paid']);
  });

  test('is acted on once, however many replicas look at the same moment', async () => {
    const orders = shop.allPrintable(atOnce);
    const { id } = (await orders.place(alice, request())).response;
    await orders.advance(uuidv7(), id, markPaid);
    await Promise.all(Array.from({ length: 10 }, () => orders.timeOut(id)));
    expect(await orders.get(alice, id)).toMatchObject({ status: 'refunding', reason: 'PRINT_TIMEOUT', version: 3 });
  });

  test('does not end a refund, and is told of again', async () => {
    const orders = shop.allPrintable({ paid: 0, refunding: 0 });
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
    const orders = shop.allPrintable(atOnce);
    const { id } = (await orders.place(alice, request())).response;
    await orders.timeOut(id);
    await orders.timeOut(id);
    await orders.advance(uuidv7(), id, markPaid);
    expect(await orders.get(alice, id)).toMatchObject({ status: 'refunding', reason: 'PAYMENT_LATE' });
  });

  test('is found by the process itself while it runs', async () => {
    const orders = shop.allPrintable({ placed: 1, payment_failed: 1 });
    const { id } = (await orders.place(alice, request())).response;
    const sweeper = new OrderSweeper(orders);
    sweeper.start();
    await eventually(async () => expect(await statusOf(id)).toBe('cancelled'));
    await sweeper.stop();
  });
});
