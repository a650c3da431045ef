import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { transpile } from './transpile.ts';

let root: string;
const write = (file: string, text: string) => {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
};
const made = (file: string) => readFileSync(join(root, 'libs/a/dist', file), 'utf8');
const transpileIt = () => transpile(root, ['libs/a']);

beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'halftone-transpile-'))));
afterEach(() => rmSync(root, { recursive: true }));

test('a class keeps what NestJS asks for: the types of its constructor', async () => {
  write(
    'libs/a/src/sub/b.ts',
    'class Store {}\n@Injectable() export class B { constructor(private readonly store: Store) {} }',
  );
  await transpileIt();
  expect(made('sub/b.js')).toMatch(/"design:paramtypes", \[\s*typeof Store === "undefined" \? Object : Store/);
});

test('Node finds the names that another package imports', async () => {
  write('libs/a/src/index.ts', `export { one, two } from './one';\nexport type { Other } from './one';`);
  await transpileIt();
  expect(made('index.js')).toMatch(/0 && \(module\.exports = \{\s*one: null,\s*two: null\s*\}\)/);
});

test('types are not looked at, but what is no TypeScript is refused with its file', async () => {
  write('libs/a/src/wrong.ts', `export const n: number = 'text';`);
  await transpileIt();
  write('libs/a/src/broken.ts', 'export const = 1;');
  await expect(transpileIt()).rejects.toThrow('broken.ts');
});

test('JSON goes along, specs and fixtures do not', async () => {
  for (const name of ['a.spec.ts', 'a.fixture.ts', 'a.ts']) write(`libs/a/src/${name}`, 'export {};');
  write('libs/a/src/data.json', '{}');
  await transpileIt();
  expect(
    ['a.spec.js', 'a.fixture.js', 'a.js', 'data.json'].map((file) => existsSync(join(root, 'libs/a/dist', file))),
  ).toEqual([false, false, true, true]);
});

test('an unchanged file is not written again, because another process may read it', async () => {
  write('libs/a/src/a.ts', 'export const a = 1;');
  await transpileIt();
  const file = join(root, 'libs/a/dist/a.js');
  utimesSync(file, 1, 1);
  await transpileIt();
  expect(statSync(file).mtimeMs).toBe(1_000);
});
