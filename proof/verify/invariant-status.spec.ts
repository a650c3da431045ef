import { nextStatus } from './invariant-status.ts';

const ok = { invariant: 'a', ok: true, checked: 1 };
const bad = { invariant: 'a', ok: false, checked: 1, counterExample: {} };
const at = (now: number, settles = true) => ({ settles, now, patienceMs: 100 });

test('what no work under way explains is broken immediately', () => {
  expect(nextStatus(undefined, bad, at(0, false)).state).toBe('broken');
});

test('what may settle is broken once it has stayed so', () => {
  const first = nextStatus(undefined, bad, at(0));
  const second = nextStatus(first, bad, at(99));
  expect([first.state, second.state, nextStatus(second, bad, at(100)).state]).toEqual([
    'unsettled',
    'unsettled',
    'broken',
  ]);
});

test('what held in between begins anew', () => {
  const held = nextStatus(nextStatus(undefined, bad, at(0)), ok, at(50));
  expect(held).toMatchObject({ state: 'holds', brokenSince: undefined });
  expect(nextStatus(held, bad, at(120)).state).toBe('unsettled');
});

test('another counter-example each time is work under way', () => {
  const other = { ...bad, counterExample: { order: 'o2' } };
  expect(nextStatus(nextStatus(undefined, bad, at(0)), other, at(150)).state).toBe('unsettled');
});

test('what is broken stays so until it holds', () => {
  const broken = nextStatus(nextStatus(undefined, bad, at(0)), bad, at(150));
  const other = nextStatus(broken, { ...bad, counterExample: { order: 'o2' } }, at(160));
  expect([broken.state, other.state, nextStatus(other, ok, at(170)).state]).toEqual(['broken', 'broken', 'holds']);
});
