import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../engines/config.ts';
import { parse, UsageError } from './options.ts';
import { loadTests } from './tests.ts';

const refused = (...args: string[]): string => {
  try {
    parse(args);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
  }
  return 'understood';
};

test('every load test there is has a file, and every file is listed', () => {
  const entries = readdirSync(join(root, 'load-tests')).filter((file) => file.endsWith('.ts'));
  const names = loadTests.map(({ name }) => `${name}.ts`);
  expect(entries).toEqual(expect.arrayContaining(names));
});

test('a whole command line', () => {
  const asked = parse([
    'orders',
    '--url=http://h:30080',
    '--duration=1m30s',
    '--rate=2.5',
    '--patient',
    '--threshold=answer_ms=p(95)<100',
    '--threshold=failed{call:place-order}=rate==0',
    '--k6-arg=--verbose',
  ]);
  expect(asked).toMatchObject({
    test: { name: 'orders' },
    url: 'http://h:30080',
    duration: '1m30s',
    rate: 2.5,
    patient: true,
    thresholds: { answer_ms: ['p(95)<100'], 'failed{call:place-order}': ['rate==0'] },
    k6Args: ['--verbose'],
  });
});

test('asking for the list asks for no test', () => {
  expect(parse(['--list'])).toBeUndefined();
});

test.each([
  [['marathon'], /no load test "marathon"; there are: smoke, orders, realtime, spike, soak/],
  [[], /name one load test/],
  [['orders', 'smoke'], /name one load test/],
  [['orders', '--duration', 'long'], /30s, 10m or 1h30m/],
  [['orders', '--rate', '0'], /above 0/],
  [['orders', '--vus', 'many'], /above 0/],
  [['orders', '--threshold', 'answer_ms'], /METRIC=EXPRESSION/],
  [['orders', '--treshold', 'a=b'], /treshold/],
])('%j is refused with what to write', (args, message) => {
  expect(refused(...args)).toMatch(message);
});
