import { ProcessSessionStore } from './process-session.store';

let now: number;
const store = (limit?: number) => new ProcessSessionStore(1_000, limit, () => now);

beforeEach(() => {
  now = 0;
});

test('it stores the subscriptions, each channel once', async () => {
  const kept = store();
  await kept.begin('s', 'alice');
  await kept.keep('s', { channel: 'me', cursor: 'a' });
  await kept.keep('s', { channel: 'me', cursor: 'b' });
  await kept.keep('s', { channel: 'gallery', cursor: 'c' });
  await kept.drop('s', 'gallery');
  expect(await kept.read('s')).toEqual({ customer: 'alice', subscriptions: [{ channel: 'me', cursor: 'b' }] });
});

test('a session expires without a renewal', async () => {
  const kept = store();
  await kept.begin('left', 'alice');
  await kept.begin('renewed', 'alice');
  now = 900;
  await kept.renew(['renewed', 'unknown']);
  now = 1_000;
  expect([await kept.read('left'), await kept.read('renewed'), await kept.read('unknown')]).toMatchObject([
    undefined,
    { customer: 'alice' },
    undefined,
  ]);
});

test('beyond its limit it drops the least recently renewed session', async () => {
  const kept = store(2);
  await kept.begin('a', 'alice');
  await kept.begin('b', 'alice');
  await kept.renew(['a']);
  await kept.begin('c', 'alice');
  const found = await Promise.all(['a', 'b', 'c'].map(async (id) => (await kept.read(id)) !== undefined));
  expect(found).toEqual([true, false, true]);
});
