import { uuidv7 } from '@halftone/kernel';
import { freshSchema } from '@halftone/testing';
import { alice, bob, givenAShop, markPaid, olga, refused, request, ship, startPrinting } from '../orders.fixture';

const shop = givenAShop(freshSchema);
const placed = async () => (await shop.allPrintable().place(alice, request())).response.id;
const paid = async () => {
  const id = await placed();
  await shop.advance(shop.allPrintable(), uuidv7(), id, markPaid);
  return id;
};

describe('cancelling an order', () => {
  test('that is paid starts one refund, even if repeated concurrently', async () => {
    const [orders, id] = [shop.allPrintable(), await paid()];
    await Promise.all(Array.from({ length: 5 }, () => orders.cancel(alice, id, '')));
    expect(await orders.get(alice, id)).toMatchObject({ status: 'refunding', reason: 'CUSTOMER_REQUEST', version: 3 });
    await shop.startPrinting(orders, uuidv7(), id);
    expect(await orders.get(alice, id)).toMatchObject({ status: 'refunding', version: 3 });
  });

  test('that is not paid cancels it', async () => {
    const [orders, id] = [shop.allPrintable(), await placed()];
    expect(await orders.cancel(alice, id, 'changed my mind')).toMatchObject({
      status: 'cancelled',
      reason: 'changed my mind',
    });
  });

  test('and printing it concurrently never do both', async () => {
    const orders = shop.allPrintable();
    for (let count = 0; count < 10; count += 1) {
      const id = await paid();
      const cancelling = orders.cancel(alice, id, '').then(
        () => 'refunding',
        () => 'printing',
      );
      await shop.startPrinting(orders, uuidv7(), id);
      const outcome = await cancelling;
      expect(await orders.get(alice, id)).toMatchObject({ status: outcome, version: 3 });
    }
  });

  test('that is shipped is refused, and changes nothing', async () => {
    const [orders, id] = [shop.allPrintable(), await paid()];
    for (const command of [startPrinting, ship]) await shop.advance(orders, uuidv7(), id, command);
    await expect(orders.cancel(alice, id, '')).rejects.toEqual(refused('ORDER_TRANSITION_ILLEGAL'));
    await expect(orders.cancel(olga, id, '')).rejects.toEqual(refused('ORDER_TRANSITION_ILLEGAL'));
    expect(await orders.get(alice, id)).toMatchObject({ status: 'shipped', version: 4 });
  });

  test('that is being printed needs an operator', async () => {
    const [orders, id] = [shop.allPrintable(), await paid()];
    await shop.advance(orders, uuidv7(), id, startPrinting);
    await expect(orders.cancel(alice, id, '')).rejects.toEqual(refused('ORDER_TRANSITION_ILLEGAL'));
    expect(await orders.cancel(olga, id, 'JAMMED')).toMatchObject({ status: 'refunding', reason: 'JAMMED' });
  });

  test("that is another customer's or unknown answers ORDER_NOT_FOUND", async () => {
    const [orders, id] = [shop.allPrintable(), await paid()];
    await expect(orders.cancel(bob, id, '')).rejects.toEqual(refused('ORDER_NOT_FOUND'));
    await expect(orders.cancel(alice, 'no-id', '')).rejects.toEqual(refused('ORDER_NOT_FOUND'));
    await expect(orders.cancel(alice, id, 'x'.repeat(201))).rejects.toEqual(refused('VALIDATION_FAILED'));
  });
});
