import { complaintAbout, lessonOf, places, casesOf, type CaseResult } from './failure-case.ts';

const held: CaseResult = {
  protection: 'on',
  operation: 'transfer',
  failure: 'interrupted',
  failpoint: 'payments.transfer.claimed',
  key: 'k',
  steps: [],
  balanceBefore: 100_000,
  balanceAfter: 90_000,
  amount: 10_000,
  effects: 1,
  status: 201,
  replayEqual: true,
  killed: true,
};
const doubled: CaseResult = { ...held, protection: 'off', effects: 2, replayEqual: null };

test('a case passes with one effect, an equal replay and a killed process', () => {
  expect(complaintAbout(held)).toBeUndefined();
});

test.each([
  ['two effects', { effects: 2 }, '2 effects instead of 1'],
  ['no effect', { effects: 0 }, '0 effects instead of 1'],
  ['another replay', { replayEqual: false }, 'a replay has other bytes'],
  ['an error in the end', { status: 503 }, 'the retry was answered 503'],
  ['a process that nobody killed', { killed: false }, 'nothing was killed: no request came to the failpoint'],
])('a case with %s does not', (_, wrong, complaint) => {
  expect(complaintAbout({ ...held, ...wrong })).toBe(complaint);
});

test('the lesson needs protection that held everywhere and its absence seen', () => {
  expect(lessonOf([held, doubled])).toEqual({ ok: true, cases: 2, held: 1, doubled: 1 });
  expect(lessonOf([held]).ok).toBe(false);
  expect(lessonOf([held, { ...doubled, effects: 1 }]).ok).toBe(false);
  expect(lessonOf([{ ...held, effects: 2 }, doubled]).ok).toBe(false);
  expect(lessonOf([doubled]).ok).toBe(false);
});

test.each(['transfer', 'bank-payment'] as const)(
  '%s has a case for each failure, and one for each interruption',
  (operation) => {
    const cases = casesOf(operation);
    expect(new Set(cases.map(({ failure }) => failure))).toEqual(
      new Set(['never-arrived', 'interrupted', 'answer-lost']),
    );
    const killed = cases.flatMap(({ place }) => place?.failpoint ?? []);
    expect(new Set(killed).size).toBe(places[operation].length);
    expect([killed[0], killed.at(-1)]).toEqual(['gateway.request.read', 'gateway.answer.stored']);
  },
);
