import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../../os/config.ts';

const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** The files that a page names as proof, and those it links to. */
const filesIn = (page: string): string[] => {
  const text = read(page);
  const named = [...text.matchAll(/`([\w./-]+\.(?:spec\.ts|yml))`/g)].map(([, file = '']) => file);
  const linked = [...text.matchAll(/\]\(([\w./-]+)\)/g)].map(([, file = '']) => join(dirname(page), file));
  return [...named, ...linked];
};

test.each(['docs/security.md', 'SECURITY.md', 'docs/README.md'])('what %s names is there', (page) => {
  const files = filesIn(page);
  expect(files.length).toBeGreaterThan(1);
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test('each risk of the OWASP API Top 10 is shown by a test', () => {
  const rows = read('docs/security.md')
    .split('\n')
    .filter((line) => /^\| API\d+ /.test(line));
  expect(rows.map((row) => /^\| (API\d+) /.exec(row)?.[1])).toEqual(
    Array.from({ length: 10 }, (_, at) => `API${at + 1}`),
  );
  expect(rows.filter((row) => !row.includes('.spec.ts`'))).toEqual([]);
});

interface Workflow {
  permissions?: Record<string, string>;
  jobs: Record<string, { steps: { uses?: string }[] }>;
}

const workflows = globSync('.github/workflows/*.yml', { cwd: root });
const jobsOf = (file: string) => Object.values((parse(read(file)) as Workflow).jobs);

test('workflows run the tests, CodeQL, a review of dependencies and a search for secrets', () => {
  const text = JSON.stringify(workflows.flatMap(jobsOf));
  const wanted = ['npm test', 'npm run prove', 'codeql-action/analyze', 'dependency-review-action', 'gitleaks-action'];
  expect(wanted.filter((one) => !text.includes(one))).toEqual([]);
});

test.each(workflows)('%s may read only, and what others publish is pinned', (file) => {
  expect((parse(read(file)) as Workflow).permissions).toEqual({ contents: 'read' });
  const uses = jobsOf(file).flatMap(({ steps }) => steps.flatMap((step) => step.uses ?? []));
  // GitHub's own CodeQL is kept current by its major version, because its queries are.
  const loose = uses.filter((one) => !/@[0-9a-f]{40}$/.test(one) && !one.startsWith('github/codeql-action/'));
  expect(loose).toEqual([]);
});
