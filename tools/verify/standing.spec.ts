import { standingOf } from './standing.ts';

const ok = { invariant: 'a', ok: true, checked: 1 };
const bad = { invariant: 'a', ok: false, checked: 1, counterExample: {} };
const at = (now: number, settles = true) => ({ settles, now, patienceMs: 100 });

test('what no work under way explains is broken at once', () => {
  expect(standingOf(undefined, bad, at(0, false)).state).toBe('broken');
});

test('what may settle is broken once it has stayed so', () => {
  const first = standingOf(undefined, bad, at(0));
  const second = standingOf(first, bad, at(99));
  expect([first.state, second.state, standingOf(second, bad, at(100)).state]).toEqual([
    'unsettled',
    'unsettled',
    'broken',
  ]);
});

test('what held in between begins anew', () => {
  const held = standingOf(standingOf(undefined, bad, at(0)), ok, at(50));
  expect(held).toMatchObject({ state: 'holds', brokenSince: undefined });
  expect(standingOf(held, bad, at(120)).state).toBe('unsettled');
});
