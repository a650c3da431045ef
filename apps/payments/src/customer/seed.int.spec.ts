import { freshSchema } from '@halftone/testing';
import { balanceOf, givenAShop, refused } from '../payments.fixture';

const shop = givenAShop(freshSchema);

test('seeding moves $1,000.00 each from the opening account to alice and bob', async () => {
  expect(await balanceOf(shop, 'wallet:alice')).toBe(100_000);
  expect(await balanceOf(shop, 'wallet:bob')).toBe(100_000);
  expect(await balanceOf(shop, 'wallet:olga')).toBe(0);
  expect(await balanceOf(shop, 'equity:opening')).toBe(-200_000);
});

test('seeding again, from two replicas at the same time, changes nothing', async () => {
  await shop.db.rows.deleteFrom('account').where('id', '=', 'wallet:olga').execute();
  await Promise.all([shop.seedingFor(0).seed(), shop.seedingFor(0).seed()]);
  expect(await balanceOf(shop, 'wallet:alice')).toBe(100_000);
  expect(await balanceOf(shop, 'wallet:olga')).toBe(0);
});

test('seeding adds customers for load tests, and more of them later', async () => {
  await shop.seedingFor(1).seed();
  await shop.seedingFor(2).seed();
  expect(await balanceOf(shop, 'wallet:load-1')).toBe(100_000_000);
  expect(await balanceOf(shop, 'wallet:load-2')).toBe(100_000_000);
  expect(await balanceOf(shop, 'equity:opening')).toBe(-200_200_000);
  expect(await shop.customers.verify('load-2', 'halftone')).toMatchObject({ id: 'load-2', role: 'customer' });
});

test('every seeded customer can sign in with the password', async () => {
  expect(await shop.customers.verify('olga', 'halftone')).toMatchObject({ id: 'olga', role: 'operator' });
  await expect(shop.customers.verify('alice', 'wrong')).rejects.toEqual(refused('WRONG_CREDENTIALS'));
  await expect(shop.customers.verify('mallory', 'halftone')).rejects.toEqual(refused('WRONG_CREDENTIALS'));
});

test('the first start with another password replaces the known one', async () => {
  await shop.seedingFor(2).seed();
  await shop.seedingFor(0, 'a-secret-of-its-own').seed();
  for (const customer of ['olga', 'alice', 'load-1']) {
    await expect(shop.customers.verify(customer, 'halftone')).rejects.toEqual(refused('WRONG_CREDENTIALS'));
    await expect(shop.customers.verify(customer, 'a-secret-of-its-own')).resolves.toMatchObject({ id: customer });
  }
  await shop.seedingFor(0, 'another-secret').seed();
  await expect(shop.customers.verify('olga', 'a-secret-of-its-own')).resolves.toMatchObject({ id: 'olga' });
});
