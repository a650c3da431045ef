import { coalesced, concernsRefunds, latestOnly } from './refresh.ts';

test.each(['refund-request.opened', 'refund-request.approved', 'refund-request.refused', 'refund.completed'])(
  '%s concerns refunds',
  (type) => expect(concernsRefunds({ type })).toBe(true),
);
test.each(['order.paid', 'payment.captured'])('%s changes the refundable payments', (type) =>
  expect(concernsRefunds({ type })).toBe(true),
);
test.each(['image.ready', 'gallery.orders-paid', 'transfer.completed'])('%s does not concern refunds', (type) =>
  expect(concernsRefunds({ type })).toBe(false),
);

describe('many events in quick succession', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  test('are one reload, which further events do not delay', () => {
    const read = jest.fn();
    const refresh = coalesced(read, 500);
    for (let passed = 0; passed < 1_000; passed += 100) {
      refresh.trigger();
      jest.advanceTimersByTime(100);
    }
    expect(read).toHaveBeenCalledTimes(2);
  });

  test('cause no reload after the panel is unmounted', () => {
    const read = jest.fn();
    const refresh = coalesced(read, 500);
    refresh.trigger();
    refresh.cancel();
    jest.advanceTimersByTime(1_000);
    expect(read).not.toHaveBeenCalled();
  });
});

test('an answer that arrives after a later one is dropped', async () => {
  const applied: string[] = [];
  const apply = latestOnly((answer: string) => applied.push(answer));
  const slow = Promise.withResolvers<string>();
  const first = apply(slow.promise);
  await apply(Promise.resolve('new'));
  slow.resolve('old');
  await first;
  expect(applied).toEqual(['new']);
});

test('an answer is applied while a later one is pending', async () => {
  const applied: string[] = [];
  const apply = latestOnly((answer: string) => applied.push(answer));
  const first = Promise.resolve('first');
  const second = Promise.withResolvers<string>();
  const [one, two] = [apply(first), apply(second.promise)];
  await one;
  expect(applied).toEqual(['first']);
  second.resolve('second');
  await two;
  expect(applied).toEqual(['first', 'second']);
});
