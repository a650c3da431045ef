import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { withSnapshot } from './snapshot.ts';
import { imageTag, inputsOf, servicesOf } from './tag.ts';

describe('the tag of the images', () => {
  let root: string;
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'halftone-tag-'));
    write('.dockerignore', '# What the build reads\n*\n!.dockerignore\n!apps\n!package.json\n**/dist\n');
    write('package.json', '{}');
    write('apps/orders/tsconfig.json', '{}');
    write('apps/orders/src/main.ts', 'one');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('reads what .dockerignore lets into the build', () => {
    expect(inputsOf('*\n!apps\n!tools/build\n**/dist\n')).toEqual(['apps', 'tools/build']);
  });

  it.each([
    ['a changed source', () => write('apps/orders/src/main.ts', 'two')],
    ['another way of choosing sources', () => write('.dockerignore', '*\n!apps\n')],
  ])('is another after %s', (_, change) => {
    const before = imageTag(root);
    change();
    expect(imageTag(root)).not.toBe(before);
  });

  it.each([
    ['a file the build does not see', () => write('README.txt', 'words')],
    ['a spec', () => write('apps/orders/src/main.spec.ts', 'it()')],
    ['output', () => write('apps/orders/dist/main.js', 'built')],
  ])('is the same after %s', (_, change) => {
    const before = imageTag(root);
    change();
    expect(imageTag(root)).toBe(before);
  });

  it('is another on another base', () => {
    expect(imageTag(root, 'node:24-slim')).not.toBe(imageTag(root));
  });

  it('is that of the copy which is built, whatever happens to the files meanwhile', async () => {
    const before = imageTag(root);
    const folder = join(root, '.copy');
    await withSnapshot(root, folder, (context) => {
      write('apps/orders/src/main.ts', 'changed meanwhile');
      expect(imageTag(context)).toBe(before);
      expect(servicesOf(context)).toEqual(['orders', 'tools']);
      return Promise.resolve();
    });
    expect(imageTag(root)).not.toBe(before);
  });
});
