import { join } from 'node:path';
import { buildPair, Pair } from './fixture/pair.fixture';

jest.setTimeout(120_000);

let running: Pair | undefined;

beforeAll(buildPair, 60_000);
afterEach(() => running?.kill('SIGKILL'));

interface Line {
  level: string;
  logger: string;
  msg: string;
}

const noisy = { NODE_OPTIONS: `--require ${join(__dirname, 'fixture/noise.cjs')}`, LOG_LEVEL: 'trace' };
const parsed = (pair: Pair): Line[] => pair.lines.map((line) => JSON.parse(line) as Line);

test.each([
  ['a process', '1', 1],
  ['a process with its workers', '2', 3],
])(
  'every line that %s writes is JSON, also warnings of Node and console output of libraries',
  async (_, count, processes) => {
    const pair = (running = Pair.start(0, { ...noisy, PROCESSES: count }));
    await pair.until(
      async () => pair.lines,
      (lines) => lines.filter((line) => line.includes('noise: trace')).length === processes,
    );
    pair.kill('SIGTERM');
    await pair.ended;
    const noise = parsed(pair).filter(({ msg }) => msg.includes('noise:') || msg.includes('negative'));
    expect(new Set(noise.map(({ level, logger, msg }) => `${level} ${logger} ${msg.split('\n')[0]}`))).toEqual(
      new Set([
        'warn process Warning: noise: a warning',
        'warn process DeprecationWarning: noise: deprecated',
        'warn process TimeoutNegativeWarning: -1 is a negative number.',
        'info console noise: log 1',
        'info console noise: info',
        'debug console noise: debug',
        'warn console noise: warn',
        'error console noise: error Error: with a',
        'debug console noise: trace',
      ]),
    );
  },
);

test('an invalid configuration is logged as JSON, one line per key', async () => {
  const pair = (running = Pair.start(0, { HTTP_HOST: '', LOG_LEVEL: 'loud' }));
  expect((await pair.ended)[0]).toBe(78);
  expect(parsed(pair).map(({ level, msg }) => `${level} ${msg.split(':')[0]}`)).toEqual(['fatal LOG_LEVEL']);
});
