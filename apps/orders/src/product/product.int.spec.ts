import { freshSchema } from '@halftone/testing';
import { alice, givenAShop, olga, refused, request } from '../orders.fixture';

const shop = givenAShop(freshSchema);

describe('product availability', () => {
  test('can be changed by operators only', async () => {
    await expect(shop.products().setAvailability(alice, 'mug', false)).rejects.toEqual(refused('FORBIDDEN'));
    await expect(shop.products().setAvailability(olga, 'statue', false)).rejects.toEqual(refused('PRODUCT_UNKNOWN'));
    const products = await shop.products().list();
    expect(products.length).toBeGreaterThan(0);
    expect(products.filter(({ available }) => !available)).toEqual([]);
  });

  test('blocks orders while it is off, and allows them again once it is on', async () => {
    expect(await shop.products().setAvailability(olga, 'print-10x15', false)).toMatchObject({ available: false });
    await expect(shop.withImages({}).place(alice, request())).rejects.toMatchObject({
      code: 'PRODUCT_UNAVAILABLE',
      details: [{ path: 'lines.0.product' }],
    });
    await shop.products().setAvailability(olga, 'print-10x15', true);
    expect(await shop.allPrintable().place(alice, request())).toMatchObject({ replayed: false });
  });
});
