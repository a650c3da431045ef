import { CursorStorage, memoryStorage } from './cursor-storage.ts';
import type { FeedEvent } from './messages.ts';
import { overlap, recipientOf, Subscription, type SubscriptionOptions } from './subscription.ts';

const eventOf = (seq: number, subject = 'orders/1', channel = 'customer:alice'): FeedEvent => ({
  id: `at-${seq}`,
  seq,
  channel,
  type: 'order.paid',
  subject,
  time: '2030-01-01T00:00:00Z',
  data: {},
});

/** A subscription and everything it told, in order. */
function listening(options: Partial<SubscriptionOptions> = {}, storage = memoryStorage()) {
  const told: string[] = [];
  const subscription = new Subscription(
    {
      event: ({ seq }) => told.push(`event ${seq}`),
      snapshotted: (events) => told.push(`snapshot of ${events.length}`),
      reset: () => told.push('reset'),
      refused: ({ code }) => told.push(`refused ${code}`),
      ...options,
    },
    new CursorStorage(storage),
  );
  const hear = (...seqs: number[]) => seqs.forEach((seq) => subscription.event(eventOf(seq)));
  return { subscription, told, hear };
}

describe('events', () => {
  test('are told once, and the last one is where it goes on', () => {
    const { subscription, told, hear } = listening();
    hear(4, 5, 5, 4, 6);
    expect(told).toEqual(['event 4', 'event 5', 'event 6']);
    expect(subscription.question()).toEqual({ channel: 'me', cursor: 'at-6' });
    expect(subscription).toMatchObject({ gaps: 0, duplicates: 2 });
  });

  test('left out are counted, where the numbers are those of a whole channel', () => {
    const whole = listening();
    whole.hear(1, 4);
    expect(whole.subscription.gaps).toBe(2);
    for (const part of [listening({ channel: 'order:7' }), listening({ types: ['order.paid'] })]) {
      part.hear(1, 4);
      expect(part.subscription.gaps).toBe(0);
    }
  });

  test('that the application fails on count as told: its error is thrown, the stream goes on', async () => {
    const errors: unknown[] = [];
    const queued = jest.spyOn(globalThis, 'queueMicrotask').mockImplementation((run) => {
      try {
        run();
      } catch (error) {
        errors.push(error);
      }
    });
    const { subscription, hear } = listening({
      event: () => {
        throw new Error('of the page');
      },
    });
    hear(1, 2);
    queued.mockRestore();
    expect(errors).toEqual([new Error('of the page'), new Error('of the page')]);
    expect(subscription.cursor).toBe('at-2');
  });
});

describe('a page that is refreshed', () => {
  test('goes on where the one before it was, and sees what is missing in between', () => {
    const storage = memoryStorage();
    listening({}, storage).hear(1, 2);
    const { subscription, hear } = listening({ from: 'earliest' }, storage);
    expect(subscription.question()).toEqual({ channel: 'me', cursor: 'at-2' });
    hear(2, 4);
    expect(subscription).toMatchObject({ gaps: 1, duplicates: 1 });
  });

  test('begins with a snapshot where one is wanted: what the page before it knew is gone', () => {
    const storage = memoryStorage();
    listening({}, storage).hear(1, 2);
    expect(listening({ snapshot: true }, storage).subscription.question()).toEqual({ channel: 'me', snapshot: true });
  });

  test.each(['', '{', '[]', '{"cursor":7}', '{"cursor":""}', 'null'])(
    'passes over %p, which it did not write',
    (text) => {
      const storage = memoryStorage();
      storage.setItem('halftone.cursor.me', text);
      expect(listening({}, storage).subscription.question()).toEqual({ channel: 'me' });
    },
  );

  test('a storage that is forbidden costs nothing but the place', () => {
    const forbidden = () => {
      throw new Error('forbidden');
    };
    const { subscription, told, hear } = listening(
      {},
      { getItem: forbidden, setItem: forbidden, removeItem: forbidden },
    );
    hear(1);
    expect(told).toEqual(['event 1']);
    expect(subscription.cursor).toBe('at-1');
  });
});

describe('a reset', () => {
  test('is told, and its loss is no gap', () => {
    const { subscription, told, hear } = listening();
    hear(1);
    expect(subscription.reset('at-8')).toBe(false);
    hear(9, 10);
    expect(told).toEqual(['event 1', 'reset', 'event 9', 'event 10']);
    expect(subscription.gaps).toBe(0);
  });

  test('asks for a new snapshot where there was one', () => {
    const { subscription } = listening({ snapshot: true });
    subscription.snapshot('at-3', [eventOf(3)]);
    expect(subscription.question()).toEqual({ channel: 'me', cursor: 'at-3' });
    expect(subscription.reset('at-8')).toBe(true);
    expect(subscription.question()).toEqual({ channel: 'me', snapshot: true });
  });

  test('is what a cursor that nobody accepts comes to; other refusals end it', () => {
    const { subscription, told, hear } = listening({ from: 'forged' });
    hear(1);
    expect(subscription.refuse({ code: 'CURSOR_INVALID', message: '' })).toBe(false);
    expect(subscription.question()).toEqual({ channel: 'me' });
    expect(subscription.refuse({ code: 'FORBIDDEN', message: '' })).toBe(true);
    expect(told).toEqual(['event 1', 'reset', 'refused FORBIDDEN']);
  });
});

describe('a snapshot', () => {
  test('leaves no hole to the stream without being counted', () => {
    const { subscription, told, hear } = listening({ snapshot: true });
    subscription.snapshot('at-7', [eventOf(7), eventOf(3)]);
    hear(9);
    expect(told).toEqual(['snapshot of 2', 'event 9']);
    expect(subscription.gaps).toBe(1);
  });

  test('is asked for again when the connection goes before it came', () => {
    const { subscription } = listening({ snapshot: true });
    subscription.place('at-0');
    expect(subscription.question()).toEqual({ channel: 'me', snapshot: true });
  });
});

describe('over one connection', () => {
  const of = (...channels: string[]) =>
    new Map(channels.map((channel) => [channel, listening({ channel }).subscription]));

  test.each([
    [['me', 'gallery'], eventOf(1, 'orders/1', 'gallery'), 'gallery'],
    [['me', 'gallery'], eventOf(1), 'me'],
    [['order:1', 'image:1'], eventOf(1, 'images/1'), 'image:1'],
    [['me', 'customer:bob'], eventOf(1, 'orders/1', 'customer:bob'), 'customer:bob'],
    [['gallery'], eventOf(1), undefined],
    [['order:2'], eventOf(1), undefined],
  ])('of %p, %p goes to %p', (channels, event, expected) => {
    expect(recipientOf(event, of(...channels))?.channel).toBe(expected);
  });

  test('a passing event, which names no channel, goes by its subject', () => {
    expect(recipientOf({ subject: 'images/9' }, of('image:9', 'gallery'))?.channel).toBe('image:9');
    expect(recipientOf({ subject: 'images/9' }, of('customer:bob'))?.channel).toBe('customer:bob');
  });

  test.each([
    ['me', 'me', true],
    ['me', 'order:1', true],
    ['image:1', 'me', true],
    ['order:1', 'order:2', false],
    ['me', 'gallery', false],
  ])('%s and %s share events: %p', (one, other, expected) => {
    expect(overlap(one, other)).toBe(expected);
  });
});
