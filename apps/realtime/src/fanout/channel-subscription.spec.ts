import { setImmediate as nextTurn } from 'node:timers/promises';
import { eventually } from '@halftone/testing';
import { Shop, turns } from './channel-subscription.fixture';

test('members at the same position get the same joined bytes in one write', async () => {
  const shop = new Shop();
  const [a, b] = [shop.follow(), shop.follow()];
  shop.publish(1);
  await turns(2);
  [2, 3, 4].forEach((seq) => shop.publish(seq));
  await turns(2);
  expect(a.wire.seen).toEqual([1, 2, 3, 4]);
  expect(a.wire.writes).toHaveLength(2);
  expect(a.wire.writes[1]).toBe(b.wire.writes[1]);
});

test('a subscription in the middle of a turn gets the later events once', async () => {
  const shop = new Shop();
  const early = shop.follow();
  shop.follow();
  await turns(2);
  shop.publish(1);
  const late = shop.follow();
  shop.publish(2);
  await turns(2);
  shop.publish(3);
  await turns(2);
  expect(early.wire.seen).toEqual([1, 2, 3]);
  expect(late.wire.seen).toEqual([2, 3]);
});

test('after stop there are no events; after leaving the group none is missed or repeated', async () => {
  const shop = new Shop();
  const [gone, apart, other] = [shop.follow(), shop.follow(), shop.follow()];
  shop.publish(1);
  await turns(2);
  gone.subscription.stop();
  shop.publish(2);
  apart.subscription.leaveGroup();
  shop.publish(3);
  await turns(2);
  expect([gone, apart, other].map(({ wire }) => wire.seen)).toEqual([[1], [1, 2, 3], [1, 2, 3]]);
});

test('a filter selects events, next to members without a filter', async () => {
  const shop = new Shop();
  const all = shop.follow();
  const types = shop.follow({ filter: { types: new Set(['order.shipped']) } });
  const subject = shop.follow({ filter: { subject: 'orders/2' } });
  shop.publish(1);
  shop.publish(2, 'orders/2');
  shop.publish(3, 'orders/1', 'order.shipped');
  await turns(2);
  expect([all, types, subject].map(({ wire }) => wire.seen)).toEqual([[1, 2, 3], [3], [2]]);
});

test('a gap in the feed is a reset for all sharing members, after the earlier events', async () => {
  const shop = new Shop();
  const both = [shop.follow(), shop.follow()];
  shop.publish(1);
  await turns(2);
  [2, 5, 6].forEach((seq) => shop.publish(seq));
  await turns(2);
  shop.publish(7);
  await turns(2);
  for (const { wire } of both) expect(wire.seen).toEqual([1, 2, 'RESET 4', 5, 6, 7]);
});

test('a client that does not read is disconnected, its neighbours are not', async () => {
  const shop = new Shop();
  const [slow, good] = [shop.follow(), shop.follow()];
  slow.wire.stalled = true;
  for (let seq = 1; seq <= 50; seq++) {
    shop.publish(seq);
    await nextTurn();
  }
  expect([slow.client.overflows, good.client.overflows]).toEqual([1, 0]);
  expect(good.wire.seen).toHaveLength(50);
});

test.each([
  ['alone', 0],
  ['among others', 2],
])('a conflated client, %s, gets the latest event of each subject and a reset per gap', async (_what, others) => {
  const shop = new Shop();
  const slow = shop.follow({ conflates: true });
  for (let other = 0; other < others; other++) shop.follow({ conflates: true });
  shop.publish(1);
  await turns(2);
  slow.wire.stalled = true;
  for (let seq = 2; seq <= 100; seq++) {
    shop.publish(seq, `orders/${seq % 7}`);
    await nextTurn();
  }
  const delivered = slow.wire.seen.filter((one) => typeof one === 'number');
  const last = delivered.at(-1) ?? 0;
  expect(last).toBeLessThan(20);
  slow.wire.read();
  await turns(3);
  shop.publish(101);
  await turns(2);
  expect(slow.client.overflows).toBe(0);
  const expected = Array.from({ length: last }, (_, index) => index + 1);
  expect(slow.wire.seen).toEqual([...expected, 'RESET 93', 94, 95, 96, 97, 98, 99, 100, 101]);
});

test('a filter with few matches in a long past does not block the event loop', async () => {
  const shop = new Shop();
  for (let seq = 1; seq <= 5_000; seq++) shop.publish(seq, seq % 1_000 ? 'orders/1' : 'orders/2');
  const { wire } = shop.follow({ filter: { subject: 'orders/2' }, at: { seq: 0, partition: 0, offset: -1 } });
  let turnsOfOthers = 0;
  for (; wire.seen.length < 5 && turnsOfOthers < 1_000; turnsOfOthers += 1) await nextTurn();
  expect(wire.seen).toEqual([1_000, 2_000, 3_000, 4_000, 5_000]);
  expect(turnsOfOthers).toBeGreaterThan(10);
});

/** A client that reads nothing, with more bytes waiting than its limit. */
async function full(shop: Shop, others: number) {
  const slow = shop.follow({ conflates: true });
  for (let other = 0; other < others; other++) shop.follow({ conflates: true });
  shop.publish(1);
  await turns(2);
  slow.wire.stalled = true;
  slow.client.outbound.push(Buffer.alloc(600));
  await turns(2);
  return slow;
}

describe.each([
  ['alone', 0],
  ['among others', 2],
])('a full connection, %s', (_what, others) => {
  test.each(['end', 'destroy'] as const)('does not block the event loop when its socket emits %s', async (what) => {
    const shop = new Shop();
    const slow = await full(shop, others);
    slow.wire[what]();
    for (let seq = 2; seq <= 5; seq++) {
      shop.publish(seq);
      await turns(2);
    }
    expect(slow.wire.seen).toEqual([1]);
  });

  test.each(['end', 'destroy'] as const)(
    'whose socket says %s while events wait for space lets it go on',
    async (what) => {
      const shop = new Shop();
      const slow = await full(shop, others);
      shop.publish(2);
      await turns(2);
      slow.wire[what]();
      shop.publish(3);
      await turns(2);
      slow.wire.destroy();
      await turns(3);
      shop.publish(4);
      await turns(2);
      expect(slow.wire.seen).toEqual([1]);
      expect(slow.wire.listenerCount('drain')).toBe(0);
    },
  );

  test('without a drain event gets events as soon as the buffer has space', async () => {
    const shop = new Shop();
    const slow = await full(shop, others);
    slow.wire.highWaterMark = 10_000;
    shop.publish(2);
    await turns(2);
    slow.wire.stalled = false;
    slow.wire.writableLength = 0;
    await eventually(() => expect(slow.wire.seen).toEqual([1, 2]));
  });
});

test('sending the past to a closing connection does not block the event loop', async () => {
  const shop = new Shop();
  for (let seq = 1; seq <= 20; seq++) shop.publish(seq);
  const slow = shop.follow({ conflates: true, at: { seq: 0, partition: 0, offset: -1 }, stalled: true });
  await turns(2);
  slow.client.outbound.push(Buffer.alloc(600));
  slow.wire.end();
  slow.wire.emit('close');
  await turns(5);
  expect(slow.wire.seen.length).toBeLessThan(20);
});

test('a conflated client with room before any replacement misses nothing', async () => {
  const shop = new Shop();
  const [slow] = [shop.follow({ conflates: true }), shop.follow({ conflates: true })];
  shop.publish(1);
  await turns(2);
  slow.wire.stalled = true;
  for (let seq = 2; seq <= 100; seq++) {
    shop.publish(seq, `orders/${seq}`);
    await nextTurn();
  }
  slow.wire.read();
  await turns(3);
  expect(slow.wire.seen).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
});

test('a client that was ahead at another replica gets no event twice, next to others', async () => {
  const shop = new Shop();
  const here = shop.follow();
  shop.publish(1);
  await turns(2);
  const ahead = shop.follow({ at: { seq: 3, partition: 0, offset: 2 } });
  await turns(2);
  shop.publish(2);
  await turns(2);
  [3, 4].forEach((seq) => shop.publish(seq));
  await turns(2);
  expect([here, ahead].map(({ wire }) => wire.seen)).toEqual([[1, 2, 3, 4], [4]]);
});
