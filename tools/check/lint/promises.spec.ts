import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../../os/config.ts';

interface Case {
  rule: string;
  file: string;
  code: string;
  /** The rule that has to fire; null if none may. */
  by: string | null;
}

const cases = JSON.parse(readFileSync(join(__dirname, 'promise-violations.json'), 'utf8')) as Case[];
const configs = globSync(
  [
    '.oxlintrc.json',
    '.gitignore',
    'tsconfig.base.json',
    'load-tests/tsconfig.json',
    '{cli,proof,proof/bench/programs,tools,e2e}/tsconfig.json',
  ]
    .concat('{apps,libs}/*/tsconfig.json')
    .concat('{apps,libs}/*/*/tsconfig.json'),
  { cwd: root },
);
let copy: string;

/** A copy of the configuration alone, with each case in its place, so that the sources are left alone. */
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'halftone-lint-'));
  for (const config of configs) cpSync(join(root, config), join(copy, config), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const { file, code } of cases) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    writeFileSync(join(copy, file), `${code}\n`);
  }
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

test('each rule about promises fires in every part of the workspace', () => {
  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
  const { stdout, stderr } = spawnSync(process.execPath, [oxlint, '--format=json'], { cwd: copy, encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] };
  const fired = (file: string) => diagnostics.filter(({ filename }) => filename.endsWith(file)).map(({ code }) => code);
  expect(cases.map(({ rule, file }) => [rule, fired(file)])).toEqual(
    cases.map(({ rule, by }) => [rule, by === null ? [] : [by]]),
  );
});
