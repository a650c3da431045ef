import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../os/config.ts';
import { anchorsOf, brokenLinks, longestLine, longLines, unknownCommands, unknownPaths } from './markdown.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const exists = (path: string) => existsSync(join(root, path));
const isOutput = (path: string) => /(^|\/)(node_modules|dist|bundle|bundle-test|\.git|\.halftone|\.nx)$/.test(path);
const paths = globSync('**/*', { cwd: root, exclude: isOutput });
const files = paths.filter((path) => path.endsWith('.md'));

const scripts = new Set(Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts));
const commands = new Set(
  [...read('docs/commands.md').matchAll(/^\| `([a-z0-9 ]+)` \|/gm)].map(([, name = '']) => name),
);

describe('the pages of this repository', () => {
  test('are found', () => {
    expect(files.length).toBeGreaterThan(60);
    expect(files).toEqual(expect.arrayContaining(['README.md', 'docs/runbook.md', 'apps/bank/attacks/README.md']));
    expect(commands.size).toBeGreaterThan(30);
  });

  test('have no line of prose above 120 characters', () => {
    expect(files.flatMap((file) => longLines(file, read(file)))).toEqual([]);
  });

  test('link to files and headings that exist', () => {
    expect(files.flatMap((file) => brokenLinks(file, read(file), { exists, read }))).toEqual([]);
  });

  test('name npm scripts and commands that exist', () => {
    expect(files.flatMap((file) => unknownCommands(file, read(file), { scripts, commands }))).toEqual([]);
  });

  test('name files and folders that exist', () => {
    expect(files.flatMap((file) => unknownPaths(file, read(file), paths))).toEqual([]);
  });

  test('are each in the map of the documentation, if they are in docs/', () => {
    const map = read('docs/README.md');
    const pages = files.filter((file) => /^docs\/\w[\w-]*\.md$/.test(file) && file !== 'docs/README.md');
    expect(pages.length).toBeGreaterThan(10);
    expect(pages.filter((file) => !map.includes(`](${file.replace('docs/', '')})`))).toEqual([]);
  });
});

const long = 'x'.repeat(longestLine + 1);

describe('a long line', () => {
  test('is named with its file, its number and its length', () => {
    expect(longLines('docs/a.md', `# A\n\n${long}\n- ${long}\n`)).toEqual([
      'docs/a.md:3: 121 characters',
      'docs/a.md:4: 123 characters',
    ]);
  });

  test('may have 120 characters, however many bytes those are', () => {
    expect(longLines('a.md', 'é'.repeat(longestLine))).toEqual([]);
    expect(longLines('a.md', '😀'.repeat(longestLine))).toEqual([]);
  });

  test.each([
    ['a row of a table', `| ${long} |`],
    ['a fenced block', `\`\`\`ts\n${long}\n\`\`\``],
    ['an indented block', `words\n\n    short\n    ${long}\n`],
  ])('is no prose in %s', (_, page) => {
    expect(longLines('a.md', page)).toEqual([]);
  });

  test.each([
    ['after a fenced block', `\`\`\`\ncode\n\`\`\`\n${long}`, 4],
    ['after an indented block', `words\n\n    code\n${long}`, 4],
    ['in a paragraph that goes on with four spaces', `1.  words\n    ${long}`, 2],
    ['in a heading', `# ${long}`, 1],
  ])('is prose %s', (_, page, line) => {
    expect(longLines('a.md', page)).toEqual([expect.stringMatching(`^a\\.md:${line}: `)]);
  });
});

test('anchors of headings follow the rule of GitHub', () => {
  expect([...anchorsOf('# What `npm test` does, in short\n\n    # code\n\n## API-keys & co\n')]).toEqual([
    'what-npm-test-does-in-short',
    'api-keys--co',
  ]);
});

test('a link to nothing is named, also one to a heading; a link to the web is not looked at', () => {
  const pages: Record<string, string> = { 'docs/a.md': '', 'docs/b.md': '# One heading', LICENSE: '' };
  const given = { exists: (path: string) => path in pages, read: (path: string) => pages[path] ?? '' };
  const page = [
    '# Here',
    '[b](b.md), [licence](../LICENSE), [web](https://example.com/x.md), [one](b.md#one-heading), [this](#here)',
    '[c](c.md) and [two](b.md#two)',
    '| [up](../b.md) |',
  ].join('\n');
  expect(brokenLinks('docs/a.md', page, given)).toEqual([
    'docs/a.md:3: c.md',
    'docs/a.md:3: b.md#two',
    'docs/a.md:4: ../b.md',
  ]);
});

test('a script or command that does not exist is named, in prose, tables and code', () => {
  const given = { scripts: new Set(['lab']), commands: new Set(['lab past', 'k8s up', 'engines']) };
  const page = [
    '`npm run lab -- past`, `npm run labs`, `./halftone k8s up`, `./halftone help k8s`, `./halftone COMMAND`',
    '',
    '    ./halftone k8s run --fast',
    '| `halftone engine` | `./halftone engines stop` |',
  ].join('\n');
  expect(unknownCommands('a.md', page, given)).toEqual([
    'a.md:1: npm run labs',
    'a.md:3: ./halftone k8s run',
    'a.md:4: halftone engine',
  ]);
});

test('a file or folder that does not exist is named; a pattern, the end of a path and a stand-in may be used', () => {
  const given = ['apps/orders/src/order/order.ts', 'apps/orders/src/order/order.grpc.ts', 'libs/soap/src/sign.ts'];
  const page = [
    '`apps/orders/src/order`, `apps/*/src/order/order.*.ts`, `order/order.ts`, `sign.ts`, `apps/NAME/src`, `SIGN.ts`',
    '`apps/order/src`, `order/sign.ts` and `sig.ts`',
    '| `libs/soap/*.ts` | `libs/` |',
    '',
    '    `libs/none/in/code.ts`',
  ].join('\n');
  expect(unknownPaths('a.md', page, given)).toEqual([
    'a.md:2: apps/order/src',
    'a.md:2: order/sign.ts',
    'a.md:2: sig.ts',
    'a.md:3: libs/soap/*.ts',
  ]);
});
