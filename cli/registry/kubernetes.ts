/** The commands for a release on a Kubernetes cluster. */
import { Option } from 'commander';
import { optionalParts, profiles } from '@halftone/tools/cluster/release.ts';
import { topology } from '@halftone/tools/shop/topology.ts';
import { command, type HalftoneCommand } from './halftone-command.ts';
import { listOf, wholeNumber } from './values.ts';

const onCluster = (one: HalftoneCommand): HalftoneCommand =>
  one
    .option('--context <name>', 'an existing cluster (also KUBE_CONTEXT) instead of the kind cluster "halftone"')
    .option('--minikube', 'the minikube profile "halftone" instead of kind')
    .json();

const services = [...topology.map(({ name }) => name), 'images-worker', 'postgres', 'kafka', 'redis'];

const up = onCluster(
  command('up', 'make the cluster, build images, install or upgrade, wait until Ready', 'halftone k8s up')
    .addOption(
      new Option('--profile <name>', 'full adds Prometheus, Grafana, Jaeger').choices(profiles).default('core'),
    )
    .option(
      '--without <list>',
      `leave out some of ${Object.keys(optionalParts).join(',')}`,
      listOf(Object.keys(optionalParts)),
      [],
    )
    .repeated('--set <key=value>', "as helm's; may be repeated")
    .repeated('--values <file>', "as helm's; may be repeated"),
).runs(() => import('../k8s-up.ts'));

const down = onCluster(command('down', 'delete the cluster or release with all its data', 'halftone k8s down')).runs(
  () => import('../k8s-down.ts'),
);

const kill = onCluster(
  command('kill', 'delete a pod and show what clients and orders notice', 'halftone k8s kill realtime')
    .argument('<service>', services.join(' '))
    .offers('service', () => services)
    .option('--graceful', 'with SIGTERM, preStop and grace period, instead of by force', false)
    .option('--count <n>', 'how many pods, one after the other', wholeNumber(0), 1)
    .option('--clients <n>', 'WebSocket clients', wholeNumber(0), 10)
    .option('--sse <n>', 'server-sent event clients', wholeNumber(0), 2),
).runs(() => import('../k8s-kill.ts'));

const report = onCluster(
  command('report', 'measure memory, image sizes and start-up times at rest', 'halftone k8s report --json'),
).runs(() => import('../k8s-report.ts'));

const test = onCluster(
  command('test', 'test everything promised about Kubernetes on a real cluster', 'halftone k8s test --only up')
    .repeated('--only <phase>', 'this phase; what it needs must be up; may be repeated')
    .offers('--only', async () => (await import('../k8s-test.ts')).phases.map(({ name }) => name))
    .option('--list', 'list the phases', false)
    .option('--keep', 'leave the cluster as it is at the end', false),
).runs(() => import('../k8s-test.ts'));

const chart = command('chart', 'render the chart in many ways and judge the result; needs helm', 'halftone k8s chart')
  .json()
  .runs(() => import('../k8s-chart.ts'));

export const k8s = command('k8s', 'run, break, measure and test a release on Kubernetes', 'halftone k8s up');
for (const one of [up, down, kill, report, test, chart]) k8s.addCommand(one);
