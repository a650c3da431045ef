import { ProcessStore } from './process.store';

let now: number;
const store = (limit?: number) => new ProcessStore(1_000, limit, () => now);

beforeEach(() => {
  now = 0;
});

test('it keeps what is subscribed to, each channel once', async () => {
  const kept = store();
  await kept.begin('s', 'alice');
  await kept.keep('s', { channel: 'me', cursor: 'a' });
  await kept.keep('s', { channel: 'me', cursor: 'b' });
  await kept.keep('s', { channel: 'gallery', cursor: 'c' });
  await kept.drop('s', 'gallery');
  expect(await kept.read('s')).toEqual({ customer: 'alice', subscriptions: [{ channel: 'me', cursor: 'b' }] });
});

test('a session is forgotten when nobody has renewed it for its time', async () => {
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

test('beyond its limit the one renewed longest ago goes', async () => {
  const kept = store(2);
  await kept.begin('a', 'alice');
  await kept.begin('b', 'alice');
  await kept.renew(['a']);
  await kept.begin('c', 'alice');
  const found = await Promise.all(['a', 'b', 'c'].map(async (id) => (await kept.read(id)) !== undefined));
  expect(found).toEqual([true, false, true]);
});
