/** The chart as helm sees it, without a cluster: what it refuses, what it renders, and what each pod of it has. */
import { parseAllDocuments } from 'yaml';
import { CommandFailed } from '../os/command.ts';
import { run } from '../os/program.ts';
import { complaintsAboutBalancing } from './balancing-rules.ts';
import { badValues } from './bad-values.ts';
import { chart } from './chart-files.ts';
import { complaintsAboutPasswords, type Rendered } from './password-rules.ts';
import { complaintsAboutExposure, type Reachable } from './exposure-rules.ts';
import { complaintsAbout, type Manifest } from './workload-rules.ts';
import { arrowsOf } from './policy-arrows.ts';

/** Without one, helm renders for the version it was built against, which may be older than the chart allows. */
const version = ['--kube-version', '1.34.0'];
const gatewayApi = ['--api-versions', 'gateway.networking.k8s.io/v1'];
const full = ['--values', `${chart}/profiles/full.yaml`];
const sets = (pairs: readonly string[]) => pairs.flatMap((pair) => ['--set', pair]);

const template = (args: readonly string[]) => run('helm', ['template', 'halftone', chart, ...version, ...args]);

async function render(args: readonly string[]): Promise<Manifest[]> {
  const documents = parseAllDocuments(await template(args)).map((one) => one.toJS() as Manifest | null);
  return documents.filter((one) => one !== null);
}

const externalEngines = sets([
  'engines.postgres.enabled=false',
  'engines.kafka.enabled=false',
  'engines.redis.enabled=false',
  'external.databaseUrl=postgres://admin:secret@db.example.com:6432/shop?sslmode=require',
  String.raw`external.kafkaBrokers=k1.example.com:9092\,k2.example.com:9093`,
  'external.redisUrl=redis://:secret@cache.example.com:6380',
]);

const nodePorts = sets(['exposure.nodePorts.enabled=true']);

const ways: Readonly<Record<string, readonly string[]>> = {
  core: [],
  full,
  'core with a Gateway API': gatewayApi,
  'engines elsewhere': externalEngines,
  'no policies, no scaling': sets(['networkPolicy.enabled=false', 'autoscaling.enabled=false']),
  'everything at node ports': [...full, ...nodePorts],
  'ingress, pod monitor, own secret': sets([
    'exposure.ingress.enabled=true',
    'exposure.ingress.hostname=shop.example.com',
    'exposure.ingress.tlsSecret=shop',
    'observability.podMonitor.enabled=true',
    'secrets.existingSecret=mine',
  ]),
};

type Question = [name: string, ask: () => Promise<string[]>];

const refuses = ({ set, says }: (typeof badValues)[number]): Question => [
  `refuses ${set.join(', ')}`,
  async () => {
    try {
      await template(sets(set));
      return ['it was taken'];
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      return error.output.includes(says) ? [] : [`it does not say "${says}", but: ${error.output.trim()}`];
    }
  },
];

const lints: Question[] = Object.entries(ways)
  // It takes no list of APIs.
  .filter(([, args]) => args !== gatewayApi)
  .map(([name, args]) => [
    `helm lint: ${name}`,
    async () => {
      await run('helm', ['lint', chart, ...version, '--strict', ...args]);
      return [];
    },
  ]);

const hardened: Question[] = Object.entries(ways).map(([name, args]) => [
  `every container has its probes, limits and security: ${name}`,
  async () => {
    const manifests = await render(args);
    const pods = manifests.filter(({ spec }) => spec?.template);
    return pods.length === 0 ? ['nothing was rendered'] : pods.flatMap(complaintsAbout);
  },
]);

const kinds = async (args: readonly string[]) => (await render(args)).map(({ kind }) => kind);
const expectKind = (kind: string, args: readonly string[], wanted: boolean): Question => [
  `${wanted ? 'makes' : 'makes no'} ${kind} with ${args[1] ?? 'the defaults'}`,
  async () => ((await kinds(args)).includes(kind) === wanted ? [] : ['it is the other way round']),
];

const rendered: Question[] = [
  expectKind('HTTPRoute', gatewayApi, true),
  expectKind('HTTPRoute', [], false),
  expectKind('Ingress', sets(['exposure.ingress.enabled=true']), true),
  expectKind('Secret', sets(['secrets.existingSecret=mine']), false),
  expectKind('NetworkPolicy', sets(['networkPolicy.enabled=false']), false),
  expectKind('HorizontalPodAutoscaler', sets(['autoscaling.enabled=false']), false),
  expectKind('StatefulSet', externalEngines, false),
  expectKind('PodMonitor', sets(['observability.podMonitor.enabled=true']), true),
];

/** Those in which the chart makes the Secret itself. */
const secretive: Question[] = ['core', 'full', 'core with a Gateway API'].map((name) => [
  `no password that anybody could know, and no rich customers: ${name}`,
  async () => complaintsAboutPasswords((await render(ways[name] ?? [])) as Rendered[]),
]);

const closed: Question[] = Object.entries(ways).map(([name, args]) => [
  `nothing is open but the edges, at node ports only where they are asked for: ${name}`,
  async () =>
    complaintsAboutExposure((await render(args)) as Reachable[], args.includes('exposure.nodePorts.enabled=true')),
]);

const trusted = (what: string, args: readonly string[], wanted: RegExp): Question => [
  `X-Forwarded-For is believed from ${what}`,
  async () => {
    const gateway = (await render(args)).find(
      ({ kind, metadata }) => kind === 'Deployment' && /-gateway$/.test(metadata.name),
    );
    const env = gateway?.spec?.template?.spec.containers.flatMap(({ env: all = [] }) => all) ?? [];
    const value = env.find(({ name }) => name === 'TRUSTED_PROXIES')?.value ?? 'nobody';
    return wanted.test(value) ? [] : [`but from ${value}`];
  },
];

const proxies: Question[] = [
  trusted('nobody where there are node ports', nodePorts, /^nobody$/),
  trusted('private networks where there are none', [], /^10\.0\.0\.0\/8,/),
  trusted('the proxies that are named', sets(['exposure.trustedProxies[0]=203.0.113.0/24']), /^203\.0\.113\.0\/24$/),
];

const arrows: Question = [
  'the policies open the arrows of the design and nothing else',
  async () => arrowsOf(await render([])),
];

const balanced = (balancing: string, sessions: string, affinity: string | undefined): Question => [
  `realtime.balancing=${balancing} asks for what it needs of the service, of its address and of the route`,
  async () => {
    const manifests = await render([...gatewayApi, ...sets([`realtime.balancing=${balancing}`])]);
    return complaintsAboutBalancing(manifests, sessions, affinity);
  },
];

const balancingQuestions: Question[] = [
  balanced('migration', 'client', undefined),
  balanced('sticky', 'process', 'ClientIP'),
  balanced('store', 'redis', undefined),
];

/** One line for each question; complaints below it. Throws MissingProgram without helm. */
export async function checkChart(say: (line: string) => void): Promise<{ passed: number; failed: number }> {
  let [passed, failed] = [0, 0];
  const questions = [
    ...lints,
    ...badValues.map(refuses),
    ...hardened,
    ...secretive,
    ...closed,
    ...proxies,
    ...rendered,
    ...balancingQuestions,
  ];
  for (const [name, ask] of [...questions, arrows]) {
    const complaints = await ask().catch((error: unknown) => [String(error)]);
    if (complaints.length === 0) passed += 1;
    else failed += 1;
    say(`${complaints.length === 0 ? '✔' : '✘'} ${name}`);
    complaints.forEach((complaint) => say(`    ${complaint}`));
  }
  return { passed, failed };
}
