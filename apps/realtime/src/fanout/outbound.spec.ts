import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Outbound, type Wire } from './outbound';
import type { SlowConsumer } from './outbound-state';
import { EventLoopTurn } from './event-loop-turn';

/** A socket whose client reads only when the test says so. */
class StalledWire extends EventEmitter implements Wire {
  readonly writes: string[] = [];
  writableLength = 0;
  writable = true;
  destroyed = false;
  stalled = false;

  get writableNeedDrain() {
    return this.writableLength > 100;
  }

  write(bytes: Uint8Array): boolean {
    this.writes.push(Buffer.from(bytes).toString());
    if (this.stalled) this.writableLength += bytes.length;
    return !this.writableNeedDrain;
  }

  drain() {
    this.writableLength = 0;
    this.emit('drain');
  }
}

const given = (limit = 1000, slowConsumer: SlowConsumer = 'disconnect') => {
  const turn = new EventLoopTurn();
  const wire = new StalledWire();
  const overflows: string[] = [];
  const onOverflow = () => overflows.push('overflow');
  const outbound = new Outbound({ turn, limit, slowConsumer, overflowed: () => undefined }, wire, 'json', {
    onOverflow,
  });
  return { turn, wire, outbound, overflows };
};

test('the frames of one turn are one write', async () => {
  const { wire, outbound } = given();
  ['a', 'b', 'c'].forEach((text) => outbound.push(Buffer.from(text)));
  expect(wire.writes).toEqual([]);
  await nextTurn();
  outbound.push(Buffer.from('d'));
  await nextTurn();
  expect(wire.writes).toEqual(['abc', 'd']);
});

test('connections with the same frames share the joined bytes, others do not', () => {
  const turn = new EventLoopTurn();
  const [a, b, c] = ['a', 'b', 'c'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];
  const ab = turn.join([a, b]);
  expect(turn.join([a, b])).toBe(ab);
  expect(turn.join([a, c]).toString()).toBe('ac');
  expect(turn.join([a, b, c]).toString()).toBe('abc');
});

test('many frames in one turn are written before its end', () => {
  const { wire, outbound } = given(1_000_000);
  outbound.push(Buffer.alloc(70_000, 'x'));
  expect(wire.writes).toHaveLength(1);
});

test('a client that does not read overflows once, with at most the limit and one frame in memory', async () => {
  const { wire, outbound, overflows } = given(1000);
  wire.stalled = true;
  for (let sent = 0; sent < 1000; sent++) {
    outbound.push(Buffer.alloc(100, 'x'));
    await nextTurn();
  }
  expect(overflows).toEqual(['overflow']);
  expect(wire.writableLength).toBeLessThanOrEqual(1100);
});

test('space resolves when the kernel has accepted the bytes', async () => {
  const { wire, outbound } = given();
  expect(outbound.space()).toBeUndefined();
  wire.stalled = true;
  outbound.push(Buffer.alloc(600));
  let accepted = false;
  const waiting = outbound.space()?.then(() => (accepted = true));
  await nextTurn();
  expect(accepted).toBe(false);
  wire.drain();
  await waiting;
  expect(accepted).toBe(true);
  expect(wire.listenerCount('close')).toBe(0);
});

test('closing sends the waiting frames and nothing after them', async () => {
  const { wire, outbound } = given();
  outbound.push(Buffer.from('a'));
  outbound.close();
  outbound.push(Buffer.from('b'));
  await nextTurn();
  expect(wire.writes).toEqual(['a']);
});

test('nothing is written to a closed socket', async () => {
  const { wire, outbound } = given();
  outbound.push(Buffer.from('a'));
  wire.writable = false;
  await nextTurn();
  expect(wire.writes).toEqual([]);
});

test('a conflated client does not overflow by events, but by messages', async () => {
  const { wire, outbound, overflows } = given(1000, 'conflate');
  wire.stalled = true;
  outbound.push(Buffer.alloc(1001));
  await nextTurn();
  expect(outbound.pushEvents(Buffer.from('event'))).toBe(false);
  wire.drain();
  expect(outbound.pushEvents(Buffer.from('event'))).toBe(true);
  expect(overflows).toEqual([]);
  outbound.push(Buffer.alloc(1001));
  outbound.push(Buffer.from('answer'));
  expect(overflows).toEqual(['overflow']);
});
