import { isComplete, problemsOf } from './verdict.ts';

const types = ['order.placed', 'payment.captured', 'order.paid', 'order.printing', 'order.shipped'];
const eventsOf = (order: string) => types.map((type) => ({ order, type, at: 1 }));
const placed = (id: string) => ({ id, sentAt: 0, answeredAt: 1, tries: 1 });

test('a run is complete when every order is shipped and all of its notifications have arrived', () => {
  expect(isComplete(2, [...eventsOf('a'), ...eventsOf('b')])).toBe(true);
  expect(isComplete(2, [...eventsOf('a'), ...eventsOf('b').slice(0, 4)])).toBe(false);
  expect(isComplete(1, eventsOf('a').slice(1))).toBe(false);
});

test('a run with nothing wrong counts', () => {
  expect(problemsOf([placed('a'), placed('b')], [...eventsOf('a'), ...eventsOf('b')], [])).toEqual([]);
});

test('an order that was not shipped is a problem, also when another one makes up the number of events', () => {
  const received = [...eventsOf('a'), ...eventsOf('b').slice(0, 4), { order: 'a', type: 'order.shipped', at: 2 }];
  expect(problemsOf([placed('a'), placed('b')], received, [])).toEqual([
    '1 of 2 orders were not shipped',
    '2 orders have not exactly 5 notifications',
  ]);
});

test('what the checks of the shop found is a problem', () => {
  expect(problemsOf([placed('a')], eventsOf('a'), ['sum of the ledger: 3'])).toEqual(['sum of the ledger: 3']);
});
