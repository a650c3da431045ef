import { tableOf, withTable } from './table.ts';
import type { Verdict } from './verdict.ts';

const verdict: Verdict = {
  ...{ failure: 'cut', transport: 'sse', events: 3, cuts: 1, noticedMs: 12, backMs: null },
  ...{ lost: 0, duplicated: 0, resets: 0, inOrder: true, ok: true, complaints: [] },
};

test('a row per verdict, as the formatter would have it', () => {
  expect(tableOf([verdict]).split('\n')).toEqual([
    '| failure | transport | connection | noticed after | back after | lost | duplicated | in order | remark |     |',
    '| ------- | --------- | ---------- | ------------- | ---------- | ---- | ---------- | -------- | ------ | --- |',
    '| cut     | sse       | lost once  | 12 ms         |            | 0    | 0          | yes      |        | ✔   |',
  ]);
});

test('only the text between the marks is replaced', () => {
  const marks = ['<!-- failures: written by `npm run lab -- failures --write` -->', '<!-- /failures -->'];
  const page = `before\n${marks[0]}\nold\n${marks[1]}\nafter\n`;
  expect(withTable(page, 'new')).toBe(`before\n${marks[0]}\n\nnew\n\n${marks[1]}\nafter\n`);
  expect(withTable(withTable(page, 'newer'), 'new')).toBe(withTable(page, 'new'));
  expect(() => withTable('no marks', 'new')).toThrow('needs the lines');
});
