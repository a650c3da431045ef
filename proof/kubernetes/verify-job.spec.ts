import { mustHold, readVerdict } from './verify-job.ts';

const said = (...lines: object[]): string =>
  ['NAME: halftone', 'POD LOGS: halftone-verify-x', ...lines.map((line) => JSON.stringify(line)), 'done'].join('\n');

const result = { invariant: 'money is conserved', ok: true, checked: 12 };

test('what the Job said is found among what helm said', () => {
  const verdict = readVerdict(said(result, { verify: 'ok', checked: 12, ms: 5 }));
  expect(verdict).toMatchObject({ ok: true, checked: 12, results: [result] });
  expect(mustHold(verdict)).toBe('1 invariants, 12 checked');
});

test('a broken invariant is reported with its counter-example', () => {
  const broken = { ...result, ok: false, counterExample: { account: 'alice' } };
  const verdict = readVerdict(said(broken, { verify: 'failed', checked: 12 }));
  expect(() => mustHold(verdict)).toThrow(/money is conserved.*alice/);
});

test('a Job that could not judge, or said nothing, has not held', () => {
  expect(() => readVerdict(said({ verify: 'failed', error: 'no database' }))).toThrow('no database');
  expect(() => readVerdict('Phase: Failed')).toThrow('no verdict');
  expect(() => mustHold(readVerdict(said({ verify: 'ok', checked: 0 })))).toThrow('broken');
});
