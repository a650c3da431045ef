/** The ways of running, and what each needs. Pure. */
import type { LocalWay } from '@halftone/tools/os/run-state.ts';
import type { Machine } from './machine.ts';
import type { ProbeName } from './probes.ts';

/** All of these together do. */
type Together = readonly ProbeName[];

export interface Need {
  name: string;
  /** Its purpose, or what is left out without it. */
  for: string;
  /** In the order in which they are tried. */
  anyOf: readonly Together[];
  /** Which of them to advise where none is there. */
  advise?: Together | undefined;
  /** Without it something is left out, and the rest runs. */
  optional?: true;
}

export interface Capacity {
  memoryGiB: number;
  cores: number;
  diskGiB: number;
  openFiles: number;
  ports?: keyof Machine['takenPorts'];
}

export interface RunningWay {
  name: WayName;
  title: string;
  needs: readonly Need[];
  capacity: Capacity;
}

export const wayNames = [
  'start',
  'packages',
  'docker',
  'path',
  'test',
  'prove',
  'bench',
  'load',
  'k8s',
  'watch',
] as const;

export type WayName = (typeof wayNames)[number];

const needNode: Need = { name: 'Node 24', for: 'everything', anyOf: [['node']] };
const docker: Together = ['docker-program', 'docker'];
const dockerEngine: Need = { name: 'Docker', for: 'PostgreSQL, Kafka and Valkey', anyOf: [docker] };

/** How to get each engine in each way; `environment` is a URL, which comes before all of them. */
type EngineWays = Readonly<Record<LocalWay | 'environment', readonly Together[]>>;

const engines: readonly [name: string, ways: EngineWays][] = [
  [
    'PostgreSQL',
    {
      environment: [['postgres-url']],
      docker: [docker],
      path: [['postgres-path', 'postgres-user']],
      packages: [['postgres-package', 'postgres-user']],
    },
  ],
  [
    'Kafka',
    {
      environment: [['kafka-url']],
      docker: [docker],
      path: [['kafka-path', 'java']],
      packages: [
        ['kafka-downloaded', 'java'],
        ['java', 'maven'],
      ],
    },
  ],
  [
    'Valkey',
    {
      environment: [['redis-url']],
      docker: [docker],
      path: [['valkey-path']],
      packages: [['valkey-downloaded'], ['valkey-package', 'pip']],
    },
  ],
];

/** Packages are advised where they are allowed: they need no root and no service of the machine. */
function enginesBy(local: readonly LocalWay[], fromUrl: boolean): Need[] {
  const advised = local.includes('packages') ? 'packages' : local[0];
  return engines.map(([name, ways]) => ({
    name,
    for: 'the shop',
    anyOf: [...(fromUrl ? ways.environment : []), ...local.flatMap((way) => ways[way])],
    advise: advised && ways[advised].at(-1),
  }));
}

const optional = (name: string, what: string, ...anyOf: Together[]): Need => ({
  name,
  for: what,
  anyOf,
  optional: true,
});

/** Where `npm test` and `npm run prove` may, they install it. */
const itself: Together = ['installs-itself'];
const chromium: readonly Together[] = [['chromium'], ['installs-itself', 'has-chromium']];

const promtool: Need = {
  ...optional('promtool', 'the check of alert rules', ['promtool'], docker, ['promtool-unpacked'], ['debian-packages']),
  advise: ['promtool'],
};

const ofTest: readonly Need[] = [
  optional('git', 'the check that no proto file breaks clients', ['git']),
  promtool,
  optional('Chromium', 'end-to-end tests of calls between browsers', ...chromium),
  optional('zeep', "tests of the bank with Python's SOAP client", ['zeep'], itself),
  optional('PHP', "tests of the bank with PHP's SOAP client", ['php'], itself),
  optional('xmlsec1', "tests of the bank's signatures", ['xmlsec1'], itself),
];

const ofProve: readonly Need[] = [
  optional('nginx', "the failures lab's rows with a proxy", ['nginx'], itself),
  optional('Chromium', 'the browser as client of the live stream', ...chromium),
  optional('coturn', 'the relay of calls', ['coturn'], itself),
  optional('venv', "Python's clients of the live stream", ['venv'], itself),
  optional('grpcurl', 'calls of every gRPC service', ['grpcurl'], ['go']),
  optional('Python 2', "Autobahn's suite for WebSocket", ['python2-unpacked'], ['python2-packages']),
];

const ofBench: readonly Need[] = [
  { name: '/proc', for: 'memory and CPU of processes', anyOf: [['procfs']] },
  optional('npm', 'Socket.IO and Bun, to compare with', ['npm']),
  optional('Go', 'Centrifuge, to compare with', ['go']),
  optional('Nchan', 'nginx with Nchan, to compare with', ['nchan']),
];

/** From PATH, else from its image. */
const k6: Need = { name: 'k6', for: 'load tests', anyOf: [['k6'], docker] };

const ofKubernetes: readonly Need[] = [
  { name: 'Docker', for: 'images, and the cluster', anyOf: [docker] },
  { name: 'kubectl', for: 'everything on a cluster', anyOf: [['kubectl']] },
  { name: 'helm', for: 'the release', anyOf: [['helm']] },
  { name: 'kind', for: 'a cluster of its own (minikube does as well)', anyOf: [['kind'], ['minikube']] },
  { ...k6, for: 'k8s test', optional: true },
];

const shop: Capacity = { memoryGiB: 3, cores: 2, diskGiB: 2, openFiles: 4_096, ports: 'shop' };
const tests: Capacity = { memoryGiB: 4, cores: 2, diskGiB: 3, openFiles: 4_096 };
/** 100,000 connections are 17,000 in each of six processes. */
const connections: Capacity = { ...tests, openFiles: 20_000 };
const cluster: Capacity = { memoryGiB: 6, cores: 2, diskGiB: 10, openFiles: 4_096, ports: 'cluster' };

/** `local`: the ways that are allowed for engines, in their order. */
export function waysOf(local: readonly LocalWay[]): readonly RunningWay[] {
  const any = [needNode, ...enginesBy(local, true)];
  const only = (way: LocalWay) => [needNode, ...enginesBy([way], false)];
  return [
    { name: 'start', title: 'npm start, each engine by the first way that works', needs: any, capacity: shop },
    { name: 'packages', title: 'npm start with engines from packages', needs: only('packages'), capacity: shop },
    { name: 'docker', title: 'npm start with engines in Docker', needs: [needNode, dockerEngine], capacity: shop },
    { name: 'path', title: 'npm start with engines from PATH', needs: only('path'), capacity: shop },
    { name: 'test', title: 'npm test', needs: [...any, ...ofTest], capacity: tests },
    { name: 'prove', title: 'npm run prove, lab, verify, chaos', needs: [...any, ...ofProve], capacity: tests },
    { name: 'bench', title: 'npm run bench', needs: [...any, ...ofBench], capacity: connections },
    { name: 'load', title: 'npm run load', needs: [...any, k6], capacity: shop },
    { name: 'k8s', title: 'halftone k8s, images', needs: [needNode, ...ofKubernetes], capacity: cluster },
    {
      name: 'watch',
      title: 'halftone dashboards watch',
      needs: [...any, { name: 'Prometheus', for: 'scraping the shop', anyOf: [['prometheus']] }],
      capacity: shop,
    },
  ];
}
