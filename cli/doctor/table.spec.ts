import { found, machine } from './found.fixture.ts';
import type { Machine } from './machine.ts';
import { judge } from './report.ts';
import { linesOfReport } from './table.ts';
import { waysOf } from './ways.ts';

const short: Partial<Machine> = {
  memoryGiB: 1,
  cores: 1,
  diskGiB: 1,
  openFiles: 1,
  takenPorts: { shop: [8080, 8081, 8088, 8090, 8091, 8092], cluster: [30080] },
};

const ways = waysOf(['docker', 'path', 'packages']);

test.each(['debian', 'ubuntu', 'fedora', 'macos', undefined] as const)(
  'no line is above 100 columns on %s',
  (system) => {
    const lines = ways.flatMap((way) => linesOfReport(judge(way, found(), machine({ ...short, system }))));
    expect(lines.length).toBeGreaterThan(100);
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
  },
);

test('a row has a mark; what is missing says what it is for and what to do; the last line is the verdict', () => {
  const [start] = ways;
  if (!start) throw new Error('there are no ways');
  const probes = ['node', 'postgres-package', 'postgres-user', 'valkey-downloaded', 'java'] as const;
  expect(linesOfReport(judge(start, found(...probes), machine({ cores: 1 })))).toEqual([
    'start: npm start, each engine by the first way that works',
    '  ✔ Node 24     found node',
    '  ✔ PostgreSQL  found postgres-package; found postgres-user',
    '  ✘ Kafka       no maven (for the shop)',
    '                → sudo apt-get install maven',
    '  ✔ Valkey      found valkey-downloaded',
    '  ! cores       1 cores, 2 are advised',
    '                → it takes longer',
    '  missing: Kafka',
  ]);
});

test('what is left out is named although the way is ready', () => {
  const bench = ways.find(({ name }) => name === 'bench');
  if (!bench) throw new Error('there is no bench');
  const urls = ['node', 'postgres-url', 'kafka-url', 'redis-url', 'procfs', 'npm'] as const;
  expect(linesOfReport(judge(bench, found(...urls), machine())).at(-1)).toBe('  ready; left out without Go, Nchan');
});
