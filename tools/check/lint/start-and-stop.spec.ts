import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../os/config.ts';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const sources = globSync(['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'], { cwd: root }).filter(
  (file) => !/\.spec\.ts$/.test(file),
);
const registers = /\.on(Start|Stop)\(/;

test('what starts and stops is in the list of a module; only what is there before the container registers itself', () => {
  expect(sources.length).toBeGreaterThan(300);
  expect(sources.filter((file) => registers.test(read(file))).toSorted()).toEqual([
    'libs/service/src/http-drain.ts',
    'libs/service/src/metrics-server.ts',
    'libs/service/src/start-and-stop.ts',
    'libs/service/src/start-service.ts',
  ]);
});

const modules = globSync('apps/*/src/*.module.ts', { cwd: root }).filter((file) =>
  /Module\.forRoot|startAndStop\(/.test(read(file)),
);

test.each(modules)('the order of all that %s starts and stops is stated by its spec', (file) => {
  expect(read(file.replace(/\.ts$/, '.spec.ts'))).toMatch(/stagesOf\(/);
});
