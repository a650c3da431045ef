import { cursorOf, type Position } from '../feed/cursor';
import { signCursorsWith } from '../feed/cursor-signature.service';
import { EncodedEvent } from '../feed/encoded-event';
import { catchUpFrom, CatchUp } from './catch-up';
import { FeedWindow } from '../feed/window';

/** A Kafka partition as a list: `log[offset]`. `low` is the first offset that retention has left. */
interface FeedState {
  log: { channel: string; seq: number }[];
  low: number;
  window: FeedWindow;
}

const channel = 'customer:alice';

signCursorsWith('a key of this spec');

const eventAt = ({ log }: FeedState, offset: number): EncodedEvent => {
  const { channel: of, seq } = log[offset] as FeedState['log'][number];
  return new EncodedEvent(of, { seq, partition: 0, offset }, offset, 'order.paid', 'orders/1', '{}');
};

/** The replica has read `read` records and evicted those before `start`. */
function feedState(log: FeedState['log'], start: number, read = log.length, low = 0): FeedState {
  const window = new FeedWindow();
  window.open(0, start);
  const made = { log, low, window };
  for (let offset = start; offset < read; offset++) window.add(eventAt(made, offset));
  return made;
}

/** Performs the steps up to the tail; returns what a client sees. */
function replay(catchUp: CatchUp, here: FeedState): (number | string)[] {
  const seen: (number | string)[] = [];
  const accept = (event: EncodedEvent) => {
    const verdict = catchUp.accept(event);
    if (verdict === 'gap') seen.push('reset');
    if (verdict !== 'seen') seen.push(event.position.seq);
  };
  for (;;) {
    const step = catchUp.next(here.window);
    if (step.kind === 'live') return seen;
    if (step.kind === 'reset') seen.push('reset');
    if (step.kind === 'memory') step.events.forEach(accept);
    if (step.kind === 'log') {
      const first = Math.max(step.from, here.low);
      catchUp.openLog(step, first < step.to ? first : undefined);
      for (let at = first; at < step.to; at++) if (here.log[at]?.channel === catchUp.channel) accept(eventAt(here, at));
      catchUp.closeLog(step);
    }
  }
}

/** The replica reads up to `until` while the client is live. */
function listen(catchUp: CatchUp, here: FeedState, until: number): (number | string)[] {
  const seen: (number | string)[] = [];
  for (let offset = here.window.next(0); offset < until; offset++) {
    const event = eventAt(here, offset);
    if (!here.window.add(event) || event.channel !== catchUp.channel) continue;
    const verdict = catchUp.accept(event);
    if (verdict === 'gap') seen.push('reset');
    if (verdict !== 'seen') seen.push(event.position.seq);
  }
  return seen;
}

const eventsOfAlice = (...seqs: number[]) => seqs.map((seq) => ({ channel, seq }));
const at = (seq: number, offset: number): Position => ({ seq, partition: 0, offset });

test('without a cursor only later events are sent', () => {
  const here = feedState(eventsOfAlice(1, 2, 3), 0);
  const catchUp = catchUpFrom(here.window, channel, 0, undefined);
  expect(replay(catchUp, here)).toEqual([]);
  expect(catchUp.position).toEqual(at(3, 2));
});

test('a cursor within the window is resumed from memory', () => {
  const here = feedState(eventsOfAlice(1, 2, 3, 4), 1);
  const catchUp = catchUpFrom(here.window, channel, 0, cursorOf(channel, at(1, 0)));
  expect(replay(catchUp, here)).toEqual([2, 3, 4]);
  expect(catchUp.source).toBe('memory');
});

test('an older cursor is resumed from Kafka, then memory', () => {
  const here = feedState(eventsOfAlice(1, 2, 3, 4), 3);
  const catchUp = catchUpFrom(here.window, channel, 0, cursorOf(channel, at(1, 0)));
  expect(replay(catchUp, here)).toEqual([2, 3, 4]);
  expect(catchUp.source).toBe('kafka');
});

test('cursor `earliest` starts at the first stored event without a reset', () => {
  const here = feedState(eventsOfAlice(1, 2, 3, 4), 3, 4, 2);
  expect(replay(catchUpFrom(here.window, channel, 0, 'earliest'), here)).toEqual([3, 4]);
});

test('deleted events are a reset, followed by the stored ones', () => {
  const here = feedState(eventsOfAlice(1, 2, 3, 4, 5), 4, 5, 3);
  const catchUp = catchUpFrom(here.window, channel, 0, cursorOf(channel, at(1, 0)));
  expect(replay(catchUp, here)).toEqual(['reset', 4, 5]);
  expect(catchUp.source).toBe('reset');
});

test('deleted records of other channels are no loss', () => {
  const others = { channel: 'customer:bob', seq: 1 };
  const here = feedState([...eventsOfAlice(1), others, { ...others, seq: 2 }, ...eventsOfAlice(2)], 3, 4, 2);
  expect(replay(catchUpFrom(here.window, channel, 0, cursorOf(channel, at(1, 0))), here)).toEqual([2]);
});

test('without a stored event that proves completeness there is a reset', () => {
  const here = feedState([...eventsOfAlice(1, 2), { channel: 'customer:bob', seq: 1 }], 3, 3, 3);
  expect(replay(catchUpFrom(here.window, channel, 0, cursorOf(channel, at(1, 0))), here)).toEqual(['reset']);
});

test('a cursor without a known seq, before the retention, is a reset', () => {
  const here = feedState(eventsOfAlice(1, 2, 3), 2, 3, 2);
  expect(replay(catchUpFrom(here.window, channel, 0, cursorOf(channel, at(0, 0))), here)).toEqual(['reset', 3]);
});

test('a replica that is behind the cursor repeats nothing when it catches up', () => {
  const here = feedState(eventsOfAlice(1, 2, 3, 4), 0, 2);
  const catchUp = catchUpFrom(here.window, channel, 0, cursorOf(channel, at(3, 2)));
  expect(replay(catchUp, here)).toEqual([]);
  expect([2, 3].map((offset) => catchUp.accept(eventAt(here, offset)))).toEqual(['seen', 'next']);
});

test('a live event that skips a seq is a gap', () => {
  const here = feedState(eventsOfAlice(1, 2, 4), 0, 2);
  const catchUp = catchUpFrom(here.window, channel, 0, undefined);
  expect(catchUp.accept(eventAt(here, 2))).toBe('gap');
});

test.each([
  ['another partition', cursorOf(channel, { seq: 1, partition: 1, offset: 0 })],
  ['garbage', 'garbage'],
])('a cursor of %s is refused', (_what, cursor) => {
  const here = feedState(eventsOfAlice(1, 2), 0);
  expect(() => catchUpFrom(here.window, channel, 0, cursor)).toThrow(
    expect.objectContaining({ code: 'CURSOR_INVALID' }),
  );
});

/** mulberry32: the same pseudo-random worlds at every run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A log of three channels in which a batch may be repeated, as after a relay crash between publishing and deleting. */
function randomLog(pick: (below: number) => number): FeedState['log'] {
  const names = [channel, 'customer:bob', 'gallery'];
  const last = new Map<string, number>();
  const log: FeedState['log'] = [];
  while (log.length < 60) {
    const name = names[pick(3)] as string;
    const seq = (last.get(name) ?? 0) + 1;
    last.set(name, seq);
    log.push({ channel: name, seq });
    if (pick(8) === 0) log.push(...log.slice(-1 - pick(5)));
  }
  return log;
}

/** The events that a client sees with the random log `seed`, and those that it must see. */
function play(seed: number): { seen: (number | string)[]; expected: number[] } {
  const pick = random(seed);
  const log = randomLog(pick);
  const start = pick(log.length);
  const read = start + pick(log.length - start + 1);
  const here = feedState(log, start, read);
  const seqs = (until: number) =>
    log.slice(0, until).flatMap((record) => (record.channel === channel ? [record.seq] : []));
  const cursorAt = pick(read + 1) - 1;
  const known = Math.max(0, ...seqs(cursorAt + 1));
  const catchUp = new CatchUp(channel, at(known, cursorAt));

  const seen = [...replay(catchUp, here), ...listen(catchUp, here, log.length)];
  const total = Math.max(0, ...seqs(log.length));
  return { seen, expected: Array.from({ length: total - known }, (_, index) => known + 1 + index) };
}

test('with any log each event is delivered once and in order, past or live, also with repetitions in Kafka', () => {
  for (let seed = 0; seed < 2000; seed++) {
    const { seen, expected } = play(seed);
    expect({ seed, seen }).toEqual({ seed, seen: expected });
  }
});

/** A client that moves between replicas with different start, read and eviction offsets. */
function wander(seed: number): { seen: (number | string)[]; last: number } {
  const pick = random(seed);
  const log = randomLog(pick);
  const seen: (number | string)[] = [];
  let cursor: string | undefined;
  for (let hop = 0; hop < 6; hop++) {
    const start = pick(log.length);
    const read = start + pick(log.length - start + 1);
    const here = feedState(log, start, read);
    here.window.prune(pick(2 * read + 1));
    const catchUp = catchUpFrom(here.window, channel, 0, cursor);
    seen.push(
      ...replay(catchUp, here),
      ...listen(catchUp, here, hop === 5 ? log.length : read + pick(log.length - read + 1)),
    );
    cursor = catchUp.cursor;
  }
  return { seen, last: Math.max(0, ...log.flatMap(({ channel: of, seq }) => (of === channel ? [seq] : []))) };
}

test('between replicas no event is lost or repeated, and there is no false reset', () => {
  for (let seed = 0; seed < 3000; seed++) {
    const { seen, last } = wander(seed);
    const [first = last + 1] = seen;
    expect({ seed, seen }).toEqual({
      seed,
      seen: Array.from({ length: last - Number(first) + 1 }, (_, index) => Number(first) + index),
    });
  }
});
