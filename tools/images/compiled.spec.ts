import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { keepCompiled, restoreCompiled } from './compiled.ts';

describe('the compiler’s output between two builds', () => {
  let root: string;
  let kept: string;
  const write = (file: string, text: string) => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'halftone-compiled-'));
    kept = mkdtempSync(join(tmpdir(), 'halftone-kept-'));
  });
  afterEach(() => [root, kept].forEach((folder) => rmSync(folder, { recursive: true })));

  it('comes back as it was kept the last time', () => {
    for (const text of ['old', 'new']) {
      write(join(root, 'libs/kernel/dist/index.js'), text);
      keepCompiled(root, kept);
    }
    rmSync(join(root, 'libs'), { recursive: true });
    restoreCompiled(root, kept);
    expect(readFileSync(join(root, 'libs/kernel/dist/index.js'), 'utf8')).toBe('new');
  });

  it('leaves half a copy of an interrupted build behind', () => {
    write(join(kept, 'libs/kernel/dist.part/index.js'), 'half');
    restoreCompiled(root, kept);
    expect(existsSync(join(root, 'libs/kernel'))).toBe(false);
  });

  it('is older than every source, so that the compiler compares their content', () => {
    const source = join(root, 'apps/orders/src/order/order.ts');
    write(source, 'changed in another checkout, long ago');
    utimesSync(source, 1, 1);
    write(join(kept, 'apps/orders/dist/main.js'), 'built');
    restoreCompiled(root, kept);
    const output = statSync(join(root, 'apps/orders/dist/main.js'));
    expect(statSync(source).mtimeMs).toBeGreaterThanOrEqual(output.mtimeMs);
  });
});
