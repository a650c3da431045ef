import { freshSchema } from '@halftone/testing';
import { alice, givenAShop, olga, refused, request } from '../orders.fixture';

const shop = givenAShop(freshSchema);

describe('what the print lab can make', () => {
  test('is for operators to say', async () => {
    await expect(shop.products().setAvailability(alice, 'mug', false)).rejects.toEqual(refused('FORBIDDEN'));
    await expect(shop.products().setAvailability(olga, 'statue', false)).rejects.toEqual(refused('PRODUCT_UNKNOWN'));
    expect((await shop.products().list()).every(({ available }) => available)).toBe(true);
  });

  test('cannot be ordered while it is off, and again once it is on', async () => {
    expect(await shop.products().setAvailability(olga, 'print-10x15', false)).toMatchObject({ available: false });
    await expect(shop.withImages({}).place(alice, request())).rejects.toMatchObject({
      code: 'PRODUCT_UNAVAILABLE',
      details: [{ path: 'lines.0.product' }],
    });
    await shop.products().setAvailability(olga, 'print-10x15', true);
    expect(await shop.allPrintable().place(alice, request())).toMatchObject({ replayed: false });
  });
});
