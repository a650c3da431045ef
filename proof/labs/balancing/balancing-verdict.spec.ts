import {
  changes,
  complaintAbout,
  lessonOf,
  promises,
  ways,
  type Change,
  type ChangeResult,
  type Way,
} from './balancing-verdict.ts';

const counts = { subscriptions: 2, of: 2, lost: 0, duplicated: 0, missed: 0 };
const whole: ChangeResult = { way: 'migration', change: 'killed', ...counts };
const gone: ChangeResult = { ...whole, way: 'sticky', subscriptions: 0, lost: 4 };

const asPromised = (Object.keys(ways) as Way[]).flatMap((way) =>
  (Object.keys(changes) as Change[]).map((change) => ({ ...(promises[way][change] ? whole : gone), way, change })),
);

test('what is as promised is no complaint', () => {
  expect([whole, gone].map(complaintAbout)).toEqual([undefined, undefined]);
});

test.each([
  ['a subscription that is gone', { ...whole, subscriptions: 1 }, 'this was promised to survive'],
  ['an event lost', { ...whole, lost: 1 }, 'this was promised to survive'],
  ['an acknowledged event again', { ...whole, duplicated: 1 }, '1 acknowledged events came again'],
  [
    'a message of its chat room that did not arrive',
    { ...gone, missed: 1 },
    '1 messages of its chat room did not arrive once and in order',
  ],
  ['more than was promised', { ...whole, way: 'sticky' as const }, 'this was not expected to survive'],
])('%s is one', (_, survived, complaint) => {
  expect(complaintAbout(survived)).toBe(complaint);
});

test('the lesson needs every way and every change', () => {
  expect(lessonOf(asPromised)).toBe(true);
  expect(lessonOf(asPromised.slice(1))).toBe(false);
  expect(lessonOf([...asPromised.slice(1), { ...whole, way: 'migration', change: 'cut', lost: 1 }])).toBe(false);
});
