import { EncodedEvent } from './encoded-event';
import { FeedWindow } from './window';

const event = (seq: number, offset: number, channel = 'gallery') =>
  new EncodedEvent(channel, { seq, partition: 0, offset }, offset, 'order.paid', 'orders/1', '{}');

const given = (...events: EncodedEvent[]) => {
  const window = new FeedWindow();
  window.open(0, 10);
  events.forEach((each) => window.add(each));
  return window;
};

const seqs = (events: EncodedEvent[]) => events.map(({ position }) => position.seq);

test("a seq at or below the channel's last is refused, but counts as read", () => {
  const window = given(event(1, 10), event(2, 11));
  expect(window.add(event(1, 12))).toBe(false);
  expect(window.add(event(2, 13))).toBe(false);
  expect(window.add(event(1, 14, 'customer:bob'))).toBe(true);
  expect(window.add(event(3, 15))).toBe(true);
  expect(window.next(0)).toBe(16);
  expect(seqs(window.after('gallery', { seq: 0, partition: 0, offset: 9 }, 99))).toEqual([1, 2, 3]);
});

test('after returns the events beyond a position, up to the limit', () => {
  const window = given(event(1, 10), event(2, 11), event(3, 13), event(4, 14));
  expect(seqs(window.after('gallery', { seq: 1, partition: 0, offset: 10 }, 99))).toEqual([2, 3, 4]);
  expect(seqs(window.after('gallery', { seq: 0, partition: 0, offset: 12 }, 1))).toEqual([3]);
  expect(seqs(window.after('gallery', { seq: 4, partition: 0, offset: 14 }, 99))).toEqual([]);
  expect(window.after('customer:nobody', { seq: 0, partition: 0, offset: 9 }, 99)).toEqual([]);
});

test('the window covers the position before its first record, and none before that', () => {
  const window = given(event(1, 10));
  expect(window.covers({ seq: 0, partition: 0, offset: 9 })).toBe(true);
  expect(window.covers({ seq: 0, partition: 0, offset: 8 })).toBe(false);
});

test('pruned events are no longer covered', () => {
  const window = given(event(1, 10), event(1, 11, 'customer:bob'), event(2, 12));
  window.prune(12);
  expect(window.start(0)).toBe(12);
  expect(window.lastSeq('customer:bob')).toBe(0);
  expect(seqs(window.after('gallery', { seq: 1, partition: 0, offset: 11 }, 99))).toEqual([2]);
});

test('a cursor at a repetition is no longer covered once the first copy is pruned', () => {
  const window = given(event(1, 10), event(2, 11), event(1, 12), event(2, 13));
  window.prune(12);
  expect(window.covers({ seq: 1, partition: 0, offset: 12 })).toBe(false);
});

test('with a known seq the offset does not matter, because an event may have two offsets', () => {
  const window = given(event(1, 10), event(2, 11), event(1, 12));
  expect(seqs(window.after('gallery', { seq: 1, partition: 0, offset: 12 }, 99))).toEqual([2]);
});

test('the tail of a channel is the last read offset of its partition, for any channel', () => {
  const window = given(event(7, 10));
  window.skip(0, 11);
  expect(window.tail('gallery', 0)).toEqual({ seq: 7, partition: 0, offset: 11 });
  expect(window.tail('customer:nobody', 0)).toEqual({ seq: 0, partition: 0, offset: 11 });
});

test('beyond the byte limit the oldest event of any channel is evicted and no longer covered', () => {
  const window = new FeedWindow(3 * event(1, 10).weight);
  window.open(0, 10);
  [event(1, 10), event(1, 11, 'customer:bob'), event(2, 12), event(3, 13)].forEach((each) => window.add(each));
  expect(window.size).toBe(3);
  expect(window.bytes).toBe(3 * event(1, 10).weight);
  expect(window.start(0)).toBe(11);
  window.add(event(4, 14));
  expect(window.lastSeq('customer:bob')).toBe(0);
  expect(seqs(window.after('gallery', { seq: 1, partition: 0, offset: 11 }, 99))).toEqual([2, 3, 4]);
});

test('after many evictions the latest events remain, in order', () => {
  const window = new FeedWindow(10 * event(1, 10).weight);
  window.open(0, 10);
  for (let seq = 1; seq <= 1_000; seq++) window.add(event(seq, 9 + seq));
  const last = Array.from({ length: 10 }, (_, index) => 991 + index);
  expect(seqs(window.after('gallery', { seq: 990, partition: 0, offset: 999 }, 99))).toEqual(last);
});

test('a second open clears the window, because events may be missing', () => {
  const window = given(event(1, 10), event(2, 11));
  window.open(0, 20);
  expect([window.size, window.bytes, window.lastSeq('gallery'), window.start(0)]).toEqual([0, 0, 0, 20]);
  expect(window.covers({ seq: 2, partition: 0, offset: 11 })).toBe(false);
  window.add(event(4, 20));
  expect(seqs(window.after('gallery', { seq: 2, partition: 0, offset: 19 }, 99))).toEqual([4]);
});
