/** Refresh tokens that were copied, used again, or issued before a change of the role. */
import { Database, Reaper } from '@halftone/postgres';
import { freshSchema } from '@halftone/testing';
import { givenAShop, refused } from '../payments.fixture';
import type { PaymentsTables } from '../tables';
import { oldFamilies } from './token-family.store';

const shop = givenAShop(freshSchema);
const olga = { id: 'olga', name: 'Olga', role: 'operator' } as const;

const open = async () => (await shop.families.open(olga)).family.id;
const roleOf = async (grant: Promise<{ customer: { role: string } }>) => (await grant).customer.role;

test('a new token has the current role, not the role at sign-in', async () => {
  const family = await open();
  expect(await roleOf(shop.families.rotate(family, 1, ''))).toBe('operator');
  await shop.db.rows.updateTable('customer').set({ role: 'customer' }).where('id', '=', 'olga').execute();
  expect(await roleOf(shop.families.rotate(family, 2, ''))).toBe('customer');
});

test('a token that is used twice revokes the family, also its newest token', async () => {
  const family = await open();
  await shop.families.rotate(family, 1, '');
  await expect(shop.families.rotate(family, 1, '')).rejects.toEqual(refused('TOKEN_REVOKED'));
  await expect(shop.families.rotate(family, 2, '')).rejects.toEqual(refused('TOKEN_REVOKED'));
});

test('of concurrent uses of a token one succeeds, and the family is revoked', async () => {
  const family = await open();
  const uses = await Promise.allSettled(Array.from({ length: 8 }, () => shop.families.rotate(family, 1, '')));
  expect(uses.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  await expect(shop.families.rotate(family, 2, '')).rejects.toEqual(refused('TOKEN_REVOKED'));
});

test('a client that lost the answer retries with the same key and gets the same token', async () => {
  const family = await open();
  const [first, again] = await Promise.all([
    shop.families.rotate(family, 1, 'key'),
    shop.families.rotate(family, 1, 'key'),
  ]);
  expect(again.family).toEqual(first.family);
  await expect(shop.families.rotate(family, 2, '')).resolves.toMatchObject({ family: { generation: 3 } });
});

test('a sign-out revokes one family, not the other families of the customer', async () => {
  const [revoked, other] = [await open(), await open()];
  await shop.families.revoke(revoked);
  await shop.families.revoke('no family at all');
  await expect(shop.families.rotate(revoked, 1, '')).rejects.toEqual(refused('TOKEN_REVOKED'));
  await expect(shop.families.rotate(other, 1, '')).resolves.toMatchObject({ family: { generation: 2 } });
});

test('the reaper deletes expired families only', async () => {
  const [expired, valid] = [await open(), await open()];
  const past = new Date(Date.now() - 3_600_000);
  await shop.db.rows.updateTable('token_family').set({ expires_at: past }).where('id', '=', expired).execute();
  await new Reaper((shop.db as Database<PaymentsTables>).rows, { rules: [oldFamilies] }).reap();
  const left = await shop.db.rows.selectFrom('token_family').select('id').where('id', 'in', [expired, valid]).execute();
  expect(left).toEqual([{ id: valid }]);
  await expect(shop.families.rotate(expired, 1, '')).rejects.toEqual(refused('TOKEN_EXPIRED'));
});
