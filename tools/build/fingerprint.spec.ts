import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fingerprint } from './fingerprint.ts';

describe('the fingerprint of what a build reads', () => {
  let root: string;
  const write = (name: string, text: string) => writeFileSync(join(root, name), text);
  const now = () => fingerprint(root, ['apps', 'package-lock.json', 'missing']);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'halftone-fingerprint-'));
    mkdirSync(join(root, 'apps/orders/dist'), { recursive: true });
    write('apps/orders/main.ts', 'one');
    write('package-lock.json', '{}');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it.each([
    ['a changed file', () => write('apps/orders/main.ts', 'two')],
    ['a new file', () => write('apps/orders/new.ts', '')],
    ['a renamed file', () => (rmSync(join(root, 'apps/orders/main.ts')), write('apps/orders/other.ts', 'one'))],
    ['another lockfile', () => write('package-lock.json', '{ }')],
  ])('differs after %s', (_, change) => {
    const before = now();
    change();
    expect(now()).not.toBe(before);
  });

  it.each([
    ['a touched file', () => utimesSync(join(root, 'apps/orders/main.ts'), 1, 1)],
    ['output', () => write('apps/orders/dist/main.js', 'built')],
    ['a spec', () => write('apps/orders/main.spec.ts', 'it()')],
  ])('is the same after %s', (_, change) => {
    const before = now();
    change();
    expect(now()).toBe(before);
  });
});
