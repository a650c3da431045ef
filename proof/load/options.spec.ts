import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@halftone/tools/os/config.ts';
import { UsageError } from '@halftone/tools/terminal/usage-error.ts';
import { askedOf, type LoadOptions } from './options.ts';
import { loadTests } from './tests.ts';

const unsaid: LoadOptions = { threshold: [], k6Arg: [], patient: false, list: false, json: false };

const refused = (name: string | undefined, options: Partial<LoadOptions>): string => {
  try {
    askedOf(name, { ...unsaid, ...options });
  } catch (error) {
    if (error instanceof UsageError) return error.message;
  }
  return 'understood';
};

/** A file that k6 runs has `options`, and a default export or the functions that `exec` names. */
const isLoadTest = (text: string) => /^export const options\b/m.test(text);

test('every load test that is listed has a file, and every file that k6 can run is listed', () => {
  const folder = join(root, 'load-tests');
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
  const entries = files.filter((file) => isLoadTest(readFileSync(join(folder, file), 'utf8')));
  expect(entries.toSorted()).toEqual(loadTests.map(({ name }) => `${name}.ts`).toSorted());
});

test.each<[string | undefined, Partial<LoadOptions>, RegExp]>([
  ['marathon', {}, /no load test "marathon"; there are: smoke, orders, realtime, spike, soak/],
  [undefined, {}, /name one load test: smoke, orders, realtime, spike, soak/],
  ['orders', { duration: 'long' }, /30s, 10m or 1h30m/],
  ['orders', { duration: '90' }, /30s, 10m or 1h30m/],
  ['orders', { rate: '0' }, /--rate 0: a number above 0/],
  ['orders', { rate: '-1' }, /--rate -1: a number above 0/],
  ['orders', { vus: 'many' }, /--vus many: a number above 0/],
  ['orders', { threshold: ['answer_ms'] }, /METRIC=EXPRESSION/],
])('%s %j is refused with what to write', (name, options, message) => {
  expect(refused(name, options)).toMatch(message);
});
