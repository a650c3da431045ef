import type { paymentsV1 } from '@halftone/contracts';
import { isDomainError, uuidv7 } from '@halftone/kernel';
import type { Principal } from '@halftone/service';
import { freshSchema } from '@halftone/testing';
import { alice, balanceOf, bob, givenAShop, outcomes, published, refused, transfer } from '../payments.fixture';

const shop = givenAShop(freshSchema);

/** On a busy machine fifty calls may wait too long for ten connections; a retry with the same key is safe. */
const withRetries = (sender: Principal, request: paymentsV1.CreateTransferRequest): Promise<unknown> =>
  shop.transfers.create(sender, request).catch((error: unknown) => {
    if (isDomainError(error) && error.code === 'UNAVAILABLE') return withRetries(sender, request);
    throw error;
  });

describe('a transfer', () => {
  test('moves money once per key under 20 concurrent calls, with an event for each party', async () => {
    const request = transfer(10_000, 'key-1');
    const answers = await Promise.all(Array.from({ length: 20 }, () => shop.transfers.create(alice, request)));
    expect(new Set(answers.map(({ response }) => response.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await balanceOf(shop, 'wallet:alice')).toBe(90_000);
    expect(await balanceOf(shop, 'wallet:bob')).toBe(110_000);
    expect((await published(shop)).map(({ type, key, sequence }) => [type, key, sequence])).toEqual([
      ['transfer.completed', 'alice', 1],
      ['transfer.completed', 'bob', 2],
    ]);
  });

  test('that is replayed returns the stored response', async () => {
    const first = await shop.transfers.create(alice, transfer(1, 'key-1'));
    const again = await shop.transfers.create(alice, transfer(1, 'key-1'));
    expect(again).toEqual({ response: first.response, replayed: true });
  });

  test('with the same key and another body is refused', async () => {
    await shop.transfers.create(alice, transfer(1, 'key-1'));
    await expect(shop.transfers.create(alice, transfer(2, 'key-1'))).rejects.toEqual(refused('IDEMPOTENCY_KEY_REUSED'));
    expect(await balanceOf(shop, 'wallet:alice')).toBe(99_999);
  });

  test('with the same key of another customer is another transfer', async () => {
    await shop.transfers.create(alice, transfer(1, 'key-1', 'bob'));
    expect(await shop.transfers.create(bob, transfer(1, 'key-1', 'alice'))).toMatchObject({ replayed: false });
  });

  test('needs a key', async () => {
    await expect(shop.transfers.create(alice, transfer(1, ''))).rejects.toEqual(refused('IDEMPOTENCY_KEY_MISSING'));
  });

  test('never overdraws, with 50 concurrent calls in both directions', async () => {
    const there = Array.from({ length: 25 }, () => withRetries(alice, transfer(7_000)));
    const back = Array.from({ length: 25 }, () => withRetries(bob, transfer(100, uuidv7(), 'alice')));
    const results = await outcomes([...there, ...back]);
    expect(new Set(results)).toEqual(new Set(['done', 'INSUFFICIENT_FUNDS']));
    const sent = results.slice(0, 25).filter((result) => result === 'done').length;
    expect(results.slice(25)).toEqual(Array(25).fill('done'));
    expect(await balanceOf(shop, 'wallet:alice')).toBe(100_000 - sent * 7_000 + 2_500);
    expect(await balanceOf(shop, 'wallet:alice')).toBeGreaterThanOrEqual(0);
  });

  test.each([
    ['an unknown recipient', transfer(1, 'k', 'mallory'), 'RECIPIENT_UNKNOWN'],
    ['oneself as recipient', transfer(1, 'k', 'alice'), 'TRANSFER_TO_SELF'],
    ['more than the balance', transfer(100_001, 'k'), 'INSUFFICIENT_FUNDS'],
    ['another currency', { ...transfer(1, 'k'), currency: 'EUR' }, 'CURRENCY_UNSUPPORTED'],
    ['amount 0', transfer(0, 'k'), 'VALIDATION_FAILED'],
  ])('with %s is refused and stores nothing, not even the key', async (_, request, code) => {
    await expect(shop.transfers.create(alice, request)).rejects.toEqual(refused(code));
    expect(await shop.db.rows.selectFrom('idempotency').selectAll().execute()).toEqual([]);
    expect(await published(shop)).toEqual([]);
  });
});
