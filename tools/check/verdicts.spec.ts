import { countVerdicts } from './verdicts.ts';

const said = (...lines: object[]) => lines.map((line) => JSON.stringify(line)).join('\n');

test('each line with a verdict counts as one, words and other lines do not', () => {
  const output = `${said({ ok: true }, { ok: false }, { lesson: 'failed' })}\nstarting\n{ no json`;
  expect(countVerdicts({ code: 1, output })).toEqual({ passed: 1, failed: 1 });
});

test('what fails without a verdict is one failure', () => {
  expect(countVerdicts({ code: 2, output: said({ ok: true }) })).toEqual({ passed: 1, failed: 1 });
});

test('a command that judged nothing has proved nothing', () => {
  expect(countVerdicts({ code: 0, output: 'all is well' })).toEqual({ passed: 0, failed: 1 });
});
