import { Report } from './report.ts';

function reporting(json = false) {
  const [said, printed]: [string[], string[]] = [[], []];
  const report = new Report({ json, say: (line) => said.push(line), print: (line) => printed.push(line) });
  report.begin('some', 'a phase');
  return { report, said, printed };
}

const recovery = {
  what: 'kill kafka',
  readyMs: 8000,
  requests: 9,
  failedFirst: 2,
  failedForGood: 0,
  cuts: 1,
  slowestBackMs: 310,
};

test('a check that throws fails, and so does the run', async () => {
  const { report, said, printed } = reporting();
  expect(await report.check('holds', () => 'as it should')).toBe(true);
  const broken = () => Promise.reject(new Error('not so', { cause: new Error('because') }));
  expect(await report.check('breaks', broken)).toBe(false);
  expect(report.end()).toBe(1);
  expect(printed.at(-1)).toBe('1 passed, 1 failed');
  expect(said.join('\n')).toContain('some: breaks: not so (because)');
});

test('all that was asked held', async () => {
  const { report, printed } = reporting();
  await report.check('holds', () => undefined);
  report.skip('other', 'cannot be asked here');
  expect(report.end()).toBe(0);
  expect(printed).toEqual(['1 passed, 0 failed']);
});

test('a run that asked nothing has shown nothing', () => {
  const { report } = reporting();
  report.skip('all', 'nothing is here');
  expect(report.end()).toBe(1);
});

test('for programs, every line is JSON', async () => {
  const { report, printed } = reporting(true);
  await report.check('holds', () => 'well');
  report.recovered(recovery);
  report.end();
  const lines = printed.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toMatchObject([
    { phase: 'some', check: 'holds', outcome: 'passed', detail: 'well' },
    { recovery: { what: 'kill kafka' } },
    { e2e: 'ok', passed: 1, failed: 0 },
  ]);
});
