import type { Result } from '../verify.ts';
import { attempt, type Clock, holds, type Subject } from './trial.ts';
import type { Trial } from './trials.ts';

const trial: Trial = { bug: 'a.bug', in: ['payments'], work: 'transfer', caughtBy: 'target' };
const patience = { settleMs: 20, noticeMs: 40, lastMs: 20, everyMs: 1 };

/** Time passes only by sleeping, so no stall of the machine changes a verdict. */
let nowMs = 0;
const clock: Clock = { nowMs: () => nowMs, sleep: async (ms) => (nowMs += ms) };
beforeEach(() => (nowMs = 0));

/** Looks show the target as broken as the list says, its last word for ever; another invariant is broken as soon as the bug is armed. */
function subjectWith(...broken: boolean[]) {
  const calls: string[] = [];
  let armed = false;
  const result = (invariant: string, ok: boolean): Result => ({
    invariant,
    ok,
    checked: 1,
    ...(ok ? {} : { counterExample: { of: invariant } }),
  });
  const subject: Subject = {
    look: async () => {
      const isBroken = armed && ((broken.length > 1 ? broken.shift() : broken[0]) ?? false);
      return [result('target', !isBroken), result('other', !armed)];
    },
    arm: async ({ bug }) => {
      calls.push(`arm ${bug}`);
      armed = true;
    },
    disarm: async () => void calls.push('disarm'),
    work: async ({ work }) => void calls.push(work),
  };
  return { subject, calls };
}

test('a bug that its invariant notices is caught', async () => {
  const { subject, calls } = subjectWith(true);
  const outcome = await attempt(subject, trial, { settles: false, patience, clock });
  expect(outcome).toEqual({ caught: true, counterExample: { of: 'target' }, also: ['other'] });
  expect(calls).toEqual(['arm a.bug', 'transfer', 'disarm']);
});

test('one that only another invariant notices is not', async () => {
  const { subject } = subjectWith(false);
  expect(await attempt(subject, trial, { settles: false, patience, clock })).toEqual({
    caught: false,
    also: ['other'],
  });
});

test('what settles after all is no violation', async () => {
  const { subject } = subjectWith(true, true, false);
  expect(await attempt(subject, trial, { settles: true, patience, clock })).toMatchObject({ caught: false });
});

test('what stays is', async () => {
  const { subject } = subjectWith(true);
  expect(await attempt(subject, trial, { settles: true, patience, clock })).toMatchObject({ caught: true });
  expect(nowMs).toBe(patience.lastMs);
});

test('what settles in the last look before it counts is no violation either', async () => {
  const { subject } = subjectWith(...Array.from({ length: patience.lastMs }, () => true), false);
  expect(await attempt(subject, trial, { settles: true, patience, clock })).toMatchObject({ caught: false });
});

test('the bug is taken back when the work fails', async () => {
  const { subject, calls } = subjectWith(true);
  const failing = { ...subject, work: () => Promise.reject(new Error('away')) };
  await expect(attempt(failing, trial, { settles: false, patience, clock })).rejects.toThrow('away');
  expect(calls).toContain('disarm');
});

test('an invariant that does not hold beforehand proves nothing', async () => {
  const { subject } = subjectWith(true, false);
  expect(await holds(subject, 'target', patience, clock)).toBe(true);
  await subject.arm(trial);
  expect(await holds(subject, 'target', { ...patience, settleMs: -1, everyMs: 1 }, clock)).toBe(false);
  expect(await holds(subject, 'target', patience, clock)).toBe(true);
  await expect(holds(subjectWith(false).subject, 'unknown', patience, clock)).rejects.toThrow('unknown');
});
