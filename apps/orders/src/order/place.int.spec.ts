import { ordersV1 } from '@halftone/contracts';
import { DomainError, uuidv7 } from '@halftone/kernel';
import { freshSchema } from '@halftone/testing';
import { alice, bob, givenAShop, markPaid, olga, photo, refused, request } from '../orders.fixture';

const shop = givenAShop(freshSchema);

const imagesUnavailable = async () => {
  throw new DomainError('UNAVAILABLE', 'images is unavailable');
};

describe('placing an order', () => {
  test('stores it with catalogue prices and appends an event', async () => {
    const { response, replayed } = await shop.allPrintable().place(alice, request());
    expect(replayed).toBe(false);
    expect(response).toMatchObject({
      customer: 'alice',
      status: ordersV1.OrderStatus.PLACED,
      total: 58,
      currency: 'USD',
      version: 1,
    });
    expect(await shop.published()).toMatchObject([
      {
        type: 'order.placed',
        subject: `orders/${response.id}`,
        key: 'alice',
        sequence: 1,
        order: { id: response.id, total: 58 },
      },
    ]);
  });

  test('happens once under 20 concurrent calls with one key', async () => {
    const orders = shop.allPrintable();
    const answers = await Promise.all(Array.from({ length: 20 }, () => orders.place(alice, request('key-1'))));
    expect(new Set(answers.map(({ response }) => response.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await shop.orderCount()).toBe(1);
  });

  test('is replayed without the images service, with the original response', async () => {
    const { response } = await shop.allPrintable().place(alice, request('key-1'));
    await shop.advance(shop.allPrintable(), uuidv7(), response.id, markPaid);
    expect(await shop.withImages({ filterPrintable: imagesUnavailable }).place(alice, request('key-1'))).toEqual({
      response,
      replayed: true,
    });
  });

  test('with the same key and another body is refused', async () => {
    await shop.allPrintable().place(alice, request('key-1'));
    await expect(shop.allPrintable().place(alice, request('key-1', 3))).rejects.toEqual(
      refused('IDEMPOTENCY_KEY_REUSED'),
    );
    expect(await shop.orderCount()).toBe(1);
  });

  test("with another customer's key is a new order", async () => {
    await shop.allPrintable().place(alice, request('key-1'));
    expect(await shop.allPrintable().place(bob, request('key-1'))).toMatchObject({ replayed: false });
  });

  test('queries each photo once', async () => {
    const filterPrintable = jest.fn(async ({ ids }: { ids: string[] }) => ({ ids }));
    const { lines, ...rest } = request();
    await shop.withImages({ filterPrintable }).place(alice, { ...rest, lines: [...lines, ...lines] });
    expect(filterPrintable.mock.calls).toEqual([[{ ids: [photo] }]]);
  });

  test('of an unprintable photo is refused with its path', async () => {
    const orders = shop.withImages({ filterPrintable: async () => ({ ids: [] }) });
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
  ])('with %s is refused without a call to images', async (_, bad, code) => {
    await expect(shop.withImages({}).place(alice, bad)).rejects.toEqual(refused(code));
    expect(await shop.published()).toEqual([]);
  });

  test('that fails does not consume the key', async () => {
    await expect(
      shop.withImages({ filterPrintable: imagesUnavailable }).place(alice, request('key-1')),
    ).rejects.toEqual(refused('UNAVAILABLE'));
    expect(await shop.allPrintable().place(alice, request('key-1'))).toMatchObject({ replayed: false });
  });
});

describe('reading orders', () => {
  test('shows customers only their own orders, and operators all', async () => {
    const orders = shop.allPrintable();
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
    const orders = shop.allPrintable();
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
