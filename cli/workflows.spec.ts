/** The workflow runs what a person runs: right calls, and each check of `npm test` once. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '@halftone/tools/os/config.ts';
import { called } from './called.fixture.ts';

interface Workflow {
  jobs: { halftone: { strategy: { matrix: { include: { name: string; run: string }[] } }; steps: { run?: string }[] } };
}

const workflow = parse(readFileSync(join(root, '.github/workflows/ci.yml'), 'utf8')) as Workflow;
const { strategy, steps } = workflow.jobs.halftone;
const { include } = strategy.matrix;

/** `npm test -- --only lint` → test --only lint */
const wordsOf = (run: string): string[] =>
  run
    .replace(/^(npm run |npm |\.\/halftone )/, '')
    .replace(' -- ', ' ')
    .split(' ');

test('one job for each part', () => {
  expect(include.map(({ name }) => name)).toEqual(['check', 'integration', 'e2e', 'prove', 'kind']);
  expect(steps.flatMap(({ run }) => run ?? [])).toEqual(['${{ matrix.run }}']);
});

test.each(include)('$name: $run is a call that is not refused', async ({ run }) => {
  const { code, given } = await called(wordsOf(run));
  expect({ code, given }).toEqual({ code: 0, given: expect.anything() });
});

test('its jobs run each check of npm test once', async () => {
  const listed = async (words: string[]) => {
    const { code, stdout } = await called([...words, '--list'], { work: true });
    expect(code).toBe(0);
    return stdout.trim().split('\n');
  };
  const found: string[] = [];
  for (const { run } of include) if (run.startsWith('npm test')) found.push(...(await listed(wordsOf(run))));
  expect(found.sort()).toEqual((await listed(['test'])).sort());
});
