import type { LocalWay } from '@halftone/tools/os/run-state.ts';
import { found, machine } from './found.fixture.ts';
import type { Machine } from './machine.ts';
import type { ProbeName } from './probes.ts';
import { judge, verdictOn } from './report.ts';
import { type WayName, wayNames, waysOf } from './ways.ts';

const anyWay: readonly LocalWay[] = ['docker', 'path', 'packages'];

function reported(
  way: WayName,
  probes: readonly ProbeName[],
  more: Partial<Machine> = {},
  local: readonly LocalWay[] = anyWay,
) {
  const one = waysOf(local).find(({ name }) => name === way);
  if (!one) throw new Error(`there is no ${way}`);
  return judge(one, found(...probes), machine(more));
}

const rowOf = (report: ReturnType<typeof reported>, need: string) => report.rows.find((row) => row.need === need);

/** What `npm ci` brings. */
const installed: readonly ProbeName[] = ['node', 'postgres-package', 'postgres-user', 'valkey-package'];
const docker: readonly ProbeName[] = ['docker-program', 'docker'];
const packages: readonly ProbeName[] = [...installed, 'java', 'maven', 'pip'];

test('every way has a report', () => {
  expect(waysOf(anyWay).map(({ name }) => name)).toEqual(wayNames);
});

describe('npm start', () => {
  test('on a fresh Debian lacks what the packages of Kafka and Valkey need', () => {
    const report = reported('start', installed);
    expect(report).toMatchObject({ ready: false, missing: ['Kafka', 'Valkey'], without: [] });
    expect(rowOf(report, 'Kafka')).toMatchObject({
      says: 'no java; no maven',
      remedy: 'sudo apt-get install default-jre-headless maven',
    });
  });

  test.each([
    ['packages', packages],
    ['Docker', ['node', ...docker]],
    ['programs on PATH', ['node', 'postgres-path', 'postgres-user', 'kafka-path', 'java', 'valkey-path']],
    ['URLs', ['node', 'postgres-url', 'kafka-url', 'redis-url']],
    ['downloads of before', [...installed, 'java', 'kafka-downloaded', 'valkey-downloaded']],
    ['a mixture', ['node', 'postgres-url', 'kafka-path', 'java', 'valkey-package', 'pip']],
  ] as const)('is ready with engines from %s', (_, probes) => {
    expect(reported('start', probes)).toMatchObject({ ready: true, missing: [] });
  });

  test('takes only the way that is forced, or a URL', () => {
    expect(reported('start', packages, {}, ['docker']).missing).toEqual(['PostgreSQL', 'Kafka', 'Valkey']);
    expect(reported('start', [...packages, 'kafka-url'], {}, ['docker']).missing).toEqual(['PostgreSQL', 'Valkey']);
  });

  test('each of its ways is judged by itself', () => {
    expect(reported('packages', packages).ready).toBe(true);
    expect(reported('docker', packages).missing).toEqual(['Docker']);
    expect(reported('path', packages).missing).toEqual(['PostgreSQL', 'Kafka', 'Valkey']);
  });

  test('advises to start a Docker that is installed, and to install one that is not', () => {
    const start = 'sudo systemctl enable --now docker';
    expect(rowOf(reported('docker', ['docker-program']), 'Docker')?.remedy).toBe(start);
    expect(rowOf(reported('docker', []), 'Docker')?.remedy).toBe(`sudo apt-get install docker.io && ${start}`);
  });
});

describe('npm test', () => {
  test('runs without what only some checks need, which are named', () => {
    expect(reported('test', packages)).toMatchObject({
      ready: true,
      without: ['git', 'promtool', 'Chromium', 'zeep', 'PHP', 'xmlsec1'],
    });
  });

  test('installs that itself where it may; Chromium only where it is a package', () => {
    const root = { isRoot: true };
    const probes: ProbeName[] = [...packages, 'git', 'debian-packages', 'installs-itself'];
    expect(reported('test', probes, root).without).toEqual(['Chromium']);
    const report = reported('test', [...probes, 'has-chromium'], root);
    expect(report.without).toEqual([]);
    expect(rowOf(report, 'zeep')?.says).toBe('absent; it is installed when needed');
  });

  test('does not run without engines', () => {
    expect(reported('test', ['node', 'git']).missing).toEqual(['PostgreSQL', 'Kafka', 'Valkey']);
  });
});

describe('Kubernetes', () => {
  const programs: ProbeName[] = ['node', ...docker, 'kubectl', 'helm'];

  test('takes kind or minikube', () => {
    expect(reported('k8s', programs).missing).toEqual(['kind']);
    expect(reported('k8s', [...programs, 'kind']).ready).toBe(true);
    expect(reported('k8s', [...programs, 'minikube']).ready).toBe(true);
  });

  test('warns of ports that it would map', () => {
    const report = reported('k8s', [...programs, 'kind'], { takenPorts: { shop: [8080], cluster: [30080] } });
    expect(report.ready).toBe(true);
    expect(rowOf(report, 'ports')).toMatchObject({ state: 'tight', says: 'in use: 30080' });
  });
});

describe('the machine', () => {
  test('is one row when there is enough of everything', () => {
    expect(rowOf(reported('start', packages), 'machine')?.says).toBe(
      '16 GiB of memory, 8 cores, 100 GiB of disk, 65536 open files',
    );
  });

  test('is a warning for each thing that is short', () => {
    const report = reported('start', packages, { memoryGiB: 1.95, cores: 1, diskGiB: 0.5, openFiles: 256 });
    expect(report.ready).toBe(true);
    const tight = report.rows.filter(({ state }) => state === 'tight');
    expect(tight.map(({ says }) => says)).toEqual([
      '1.9 GiB of memory, 3 are advised',
      '1 cores, 2 are advised',
      '0.5 GiB of disk free, 2 are advised',
      '256 open files, 4096 are advised',
    ]);
  });

  test('has its ports taken by the shop itself, or by others', () => {
    const takenPorts = { shop: [8080, 8081], cluster: [] };
    expect(rowOf(reported('start', packages, { takenPorts, shopRuns: true }), 'ports')?.state).toBe('ok');
    expect(rowOf(reported('start', packages, { takenPorts }), 'ports')).toMatchObject({
      state: 'tight',
      says: 'in use: 8080, 8081',
    });
  });
});

describe('the verdict', () => {
  const reports = (probes: readonly ProbeName[]) =>
    waysOf(anyWay).map((way) => judge(way, found(...probes), machine()));

  test('without a way is that of npm start and npm test', () => {
    expect(verdictOn(reports(packages), undefined)).toEqual({ ok: true, ready: ['start', 'test'], failed: [] });
    expect(verdictOn(reports([]), undefined)).toEqual({ ok: false, ready: [], failed: ['start', 'test'] });
  });

  test('of one way is its own', () => {
    expect(verdictOn(reports(packages), 'k8s')).toEqual({ ok: false, ready: [], failed: ['k8s'] });
    expect(verdictOn(reports(packages), 'packages')).toEqual({ ok: true, ready: ['packages'], failed: [] });
  });
});
