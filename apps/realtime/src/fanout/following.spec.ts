import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Position } from './cursor';
import { EncodedEvent, type Outgoing } from './encoded-event';
import { type FeedSource, type Filter, Following, type Sink } from './following';
import { Live } from './live';
import { Outbound, type Wire } from './outbound';
import { Splice, spliceAt } from './splice';
import { Turn } from './turn';
import { FeedWindow } from './window';

const channel = 'gallery';

/** A socket that may stop reading. What it read is a list of the frames' numbers. */
class Reader extends EventEmitter implements Wire {
  readonly writes: Uint8Array[] = [];
  writable = true;
  writableLength = 0;
  stalled = false;

  get writableNeedDrain() {
    return this.writableLength > 0;
  }

  write(bytes: Uint8Array): boolean {
    this.writes.push(bytes);
    if (this.stalled) this.writableLength += bytes.length;
    return !this.stalled;
  }

  read() {
    this.stalled = false;
    this.writableLength = 0;
    this.emit('drain');
  }

  get seen(): (number | string)[] {
    const text = Buffer.concat(this.writes).toString('latin1');
    return [...text.matchAll(/"seq":(\d+)|RESET (\d+)/g)].map(([all, seq]) => (seq ? Number(seq) : all));
  }
}

/** One connection as far as subscriptions know it. */
class Client implements Sink {
  readonly wire = new Reader();
  readonly outbound: Outbound;
  gaveUp = 0;

  constructor(turn: Turn, conflates: boolean) {
    const egress = { turn, limit: 500, conflates, overflowed: () => (this.gaveUp += 1) };
    this.outbound = new Outbound(egress, this.wire, 'json', { onOverflow: () => undefined });
  }

  event(event: Outgoing) {
    this.outbound.push(event.frame('json'));
  }

  passing(event: Outgoing) {
    this.event(event);
  }

  reset({ seq }: { seq: number }) {
    this.outbound.push(Buffer.from(`RESET ${seq}`));
  }

  room() {
    return this.outbound.room();
  }
}

class Shop implements FeedSource {
  readonly turn = new Turn();
  readonly live = new Live(this.turn);
  readonly window = new FeedWindow();
  private offset = 0;

  constructor() {
    this.window.open(0, 0);
  }

  async readLog(): Promise<never> {
    throw new Error('everything is in memory');
  }

  tell(seq: number, subject = 'orders/1', type = 'order.paid') {
    const position = { seq, partition: 0, offset: this.offset++ };
    const event = new EncodedEvent(channel, position, 0, type, subject, JSON.stringify({ seq, type, subject }));
    if (this.window.add(event)) this.live.publish(event);
  }

  follow({ conflates = false, filter, at }: { conflates?: boolean; filter?: Filter; at?: Position } = {}) {
    const client = new Client(this.turn, conflates);
    const splice = at ? new Splice(channel, at) : spliceAt(this.window, channel, 0, undefined);
    const following = new Following(this, splice, client, filter);
    void following.run();
    return { client, wire: client.wire, following };
  }
}

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await nextTurn();
};

test('who stands at the same place is given the same bytes, joined, in one write', async () => {
  const shop = new Shop();
  const [a, b] = [shop.follow(), shop.follow()];
  shop.tell(1);
  await turns(2);
  [2, 3, 4].forEach((seq) => shop.tell(seq));
  await turns(2);
  expect(a.wire.seen).toEqual([1, 2, 3, 4]);
  expect(a.wire.writes).toHaveLength(2);
  expect(a.wire.writes[1]).toBe(b.wire.writes[1]);
});

test('who comes in the middle of a turn is told what comes after, once', async () => {
  const shop = new Shop();
  const early = shop.follow();
  shop.follow();
  await turns(2);
  shop.tell(1);
  const late = shop.follow();
  shop.tell(2);
  await turns(2);
  shop.tell(3);
  await turns(2);
  expect(early.wire.seen).toEqual([1, 2, 3]);
  expect(late.wire.seen).toEqual([2, 3]);
});

test('who stops is told no more; who stands apart from then on misses nothing and is told nothing twice', async () => {
  const shop = new Shop();
  const [gone, apart, other] = [shop.follow(), shop.follow(), shop.follow()];
  shop.tell(1);
  await turns(2);
  gone.following.stop();
  shop.tell(2);
  apart.following.standApart();
  shop.tell(3);
  await turns(2);
  expect([gone, apart, other].map(({ wire }) => wire.seen)).toEqual([[1], [1, 2, 3], [1, 2, 3]]);
});

test('a filter shows only what was asked for, next to those who want all', async () => {
  const shop = new Shop();
  const all = shop.follow();
  const types = shop.follow({ filter: { types: new Set(['order.shipped']) } });
  const subject = shop.follow({ filter: { subject: 'orders/2' } });
  shop.tell(1);
  shop.tell(2, 'orders/2');
  shop.tell(3, 'orders/1', 'order.shipped');
  await turns(2);
  expect([all, types, subject].map(({ wire }) => wire.seen)).toEqual([[1, 2, 3], [3], [2]]);
});

test('a hole in the feed is a reset for all who share, and what came before it is told before', async () => {
  const shop = new Shop();
  const both = [shop.follow(), shop.follow()];
  shop.tell(1);
  await turns(2);
  [2, 5, 6].forEach((seq) => shop.tell(seq));
  await turns(2);
  shop.tell(7);
  await turns(2);
  for (const { wire } of both) expect(wire.seen).toEqual([1, 2, 'RESET 4', 5, 6, 7]);
});

test('who does not read is given up, and its neighbours are not', async () => {
  const shop = new Shop();
  const [slow, good] = [shop.follow(), shop.follow()];
  slow.wire.stalled = true;
  for (let seq = 1; seq <= 50; seq++) {
    shop.tell(seq);
    await nextTurn();
  }
  expect([slow.client.gaveUp, good.client.gaveUp]).toEqual([1, 0]);
  expect(good.wire.seen).toHaveLength(50);
});

test.each([
  ['alone', 0],
  ['among others', 2],
])('who does not read and is spared, %s, is told the latest of each subject and every hole', async (_what, others) => {
  const shop = new Shop();
  const slow = shop.follow({ conflates: true });
  for (let other = 0; other < others; other++) shop.follow({ conflates: true });
  shop.tell(1);
  await turns(2);
  slow.wire.stalled = true;
  for (let seq = 2; seq <= 100; seq++) {
    shop.tell(seq, `orders/${seq % 7}`);
    await nextTurn();
  }
  const told = slow.wire.seen.filter((one) => typeof one === 'number');
  const last = told.at(-1) ?? 0;
  expect(last).toBeLessThan(20);
  slow.wire.read();
  await turns(3);
  shop.tell(101);
  await turns(2);
  expect(slow.client.gaveUp).toBe(0);
  const expected = Array.from({ length: last }, (_, index) => index + 1);
  expect(slow.wire.seen).toEqual([...expected, 'RESET 93', 94, 95, 96, 97, 98, 99, 100, 101]);
});

test('who is spared and finds room before anything was replaced misses nothing', async () => {
  const shop = new Shop();
  const [slow] = [shop.follow({ conflates: true }), shop.follow({ conflates: true })];
  shop.tell(1);
  await turns(2);
  slow.wire.stalled = true;
  for (let seq = 2; seq <= 100; seq++) {
    shop.tell(seq, `orders/${seq}`);
    await nextTurn();
  }
  slow.wire.read();
  await turns(3);
  expect(slow.wire.seen).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
});

test('who was further at another replica is told nothing twice beside those who were not', async () => {
  const shop = new Shop();
  const here = shop.follow();
  shop.tell(1);
  await turns(2);
  const ahead = shop.follow({ at: { seq: 3, partition: 0, offset: 2 } });
  await turns(2);
  shop.tell(2);
  await turns(2);
  [3, 4].forEach((seq) => shop.tell(seq));
  await turns(2);
  expect([here, ahead].map(({ wire }) => wire.seen)).toEqual([[1, 2, 3, 4], [4]]);
});
