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

/** A subscription and all calls of its callbacks, in order. */
function listening(options: Partial<SubscriptionOptions> = {}, storage = memoryStorage()) {
  const calls: string[] = [];
  const subscription = new Subscription(
    {
      event: ({ seq }) => calls.push(`event ${seq}`),
      snapshotted: (events) => calls.push(`snapshot of ${events.length}`),
      reset: () => calls.push('reset'),
      refused: ({ code }) => calls.push(`refused ${code}`),
      ...options,
    },
    new CursorStorage(storage),
  );
  const receive = (...seqs: number[]) => seqs.forEach((seq) => subscription.event(eventOf(seq)));
  return { subscription, calls, receive };
}

describe('events', () => {
  test('are delivered once, and the last one is the cursor', () => {
    const { subscription, calls, receive } = listening();
    receive(4, 5, 5, 4, 6);
    expect(calls).toEqual(['event 4', 'event 5', 'event 6']);
    expect(subscription.request()).toEqual({ channel: 'me', cursor: 'at-6' });
    expect(subscription).toMatchObject({ gaps: 0, duplicates: 2 });
  });

  test('that are missing are counted, for subscriptions to a whole channel', () => {
    const whole = listening();
    whole.receive(1, 4);
    expect(whole.subscription.gaps).toBe(2);
    for (const part of [listening({ channel: 'order:7' }), listening({ types: ['order.paid'] })]) {
      part.receive(1, 4);
      expect(part.subscription.gaps).toBe(0);
    }
  });

  test('whose callback throws count as delivered: the error is rethrown, and the stream continues', async () => {
    const errors: unknown[] = [];
    const queued = jest.spyOn(globalThis, 'queueMicrotask').mockImplementation((run) => {
      try {
        run();
      } catch (error) {
        errors.push(error);
      }
    });
    const { subscription, receive } = listening({
      event: () => {
        throw new Error('of the page');
      },
    });
    receive(1, 2);
    queued.mockRestore();
    expect(errors).toEqual([new Error('of the page'), new Error('of the page')]);
    expect(subscription.cursor).toBe('at-2');
  });
});

describe('a page that is refreshed', () => {
  test('continues where the previous page was, and sees gaps in between', () => {
    const storage = memoryStorage();
    listening({}, storage).receive(1, 2);
    const { subscription, receive } = listening({ from: 'earliest' }, storage);
    expect(subscription.request()).toEqual({ channel: 'me', cursor: 'at-2' });
    receive(2, 4);
    expect(subscription).toMatchObject({ gaps: 1, duplicates: 1 });
  });

  test('begins with a snapshot if requested, because the state of the previous page is lost', () => {
    const storage = memoryStorage();
    listening({}, storage).receive(1, 2);
    expect(listening({ snapshot: true }, storage).subscription.request()).toEqual({ channel: 'me', snapshot: true });
  });

  test.each(['', '{', '[]', '{"cursor":7}', '{"cursor":""}', 'null'])(
    'ignores a stored %p, which it did not write',
    (text) => {
      const storage = memoryStorage();
      storage.setItem('halftone.cursor.me', text);
      expect(listening({}, storage).subscription.request()).toEqual({ channel: 'me' });
    },
  );

  test('a forbidden storage only loses the position', () => {
    const forbidden = () => {
      throw new Error('forbidden');
    };
    const { subscription, calls, receive } = listening(
      {},
      { getItem: forbidden, setItem: forbidden, removeItem: forbidden },
    );
    receive(1);
    expect(calls).toEqual(['event 1']);
    expect(subscription.cursor).toBe('at-1');
  });
});

describe('a reset', () => {
  test('is reported, and its loss is not a gap', () => {
    const { subscription, calls, receive } = listening();
    receive(1);
    expect(subscription.reset('at-8')).toBe(false);
    receive(9, 10);
    expect(calls).toEqual(['event 1', 'reset', 'event 9', 'event 10']);
    expect(subscription.gaps).toBe(0);
  });

  test('requests a new snapshot if there was one', () => {
    const { subscription } = listening({ snapshot: true });
    subscription.snapshot('at-3', [eventOf(3)]);
    expect(subscription.request()).toEqual({ channel: 'me', cursor: 'at-3' });
    expect(subscription.reset('at-8')).toBe(true);
    expect(subscription.request()).toEqual({ channel: 'me', snapshot: true });
  });

  test('follows an invalid cursor; other refusals end the subscription', () => {
    const { subscription, calls, receive } = listening({ from: 'forged' });
    receive(1);
    expect(subscription.refuse({ code: 'CURSOR_INVALID', message: '' })).toBe(false);
    expect(subscription.request()).toEqual({ channel: 'me' });
    expect(subscription.refuse({ code: 'FORBIDDEN', message: '' })).toBe(true);
    expect(calls).toEqual(['event 1', 'reset', 'refused FORBIDDEN']);
  });
});

describe('a snapshot', () => {
  test('counts a gap between it and the stream', () => {
    const { subscription, calls, receive } = listening({ snapshot: true });
    subscription.snapshot('at-7', [eventOf(7), eventOf(3)]);
    receive(9);
    expect(calls).toEqual(['snapshot of 2', 'event 9']);
    expect(subscription.gaps).toBe(1);
  });

  test('is requested again when the connection ends before it arrives', () => {
    const { subscription } = listening({ snapshot: true });
    subscription.moveTo('at-0');
    expect(subscription.request()).toEqual({ channel: 'me', snapshot: true });
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

  test('an ephemeral event, which has no channel, is matched by its subject', () => {
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
