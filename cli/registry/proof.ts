/** The commands that prove something by breaking it, or measure it. */
import { Argument } from 'commander';
import { command } from './halftone-command.ts';
import { addLabs } from './labs.ts';
import { aboveZero, list, wholeNumber } from './values.ts';
import { verify } from './verify.ts';

const wholeSeed = wholeNumber(0, 2 ** 32 - 1);

const chaos = command('chaos', 'break things under load on a seeded schedule, then verify', 'halftone chaos --seed 1')
  .option('--seed <n>', 'seed of the schedule', wholeSeed, 1)
  .option('--minutes <n>', 'how long to inject faults (5)', aboveZero)
  .option('--replay <seed>', 'repeat the schedule of an earlier run', wholeSeed)
  .repeated('--only <id>', 'only this fault, as often as it fits; may be repeated')
  .offers('--only', async () => (await import('../chaos.ts')).readScenarios().map(({ id }) => id))
  .option('--bug <name>', 'plant a bug of libs/service/src/planted.ts: chaos must then fail')
  .option('--plan', 'show the schedule and inject nothing', false)
  .option('--list', 'list the faults, one file in proof/chaos/faults/ each', false)
  .json()
  .runs(() => import('../chaos.ts'));

const lab = command('lab', 'run an experiment that shows a promise being kept', 'halftone lab idempotency');
lab.preparedBy('<name>', () => addLabs(lab));

const bench = command('bench', 'measure, compared with the usual way', 'halftone bench fanout --rounds 3')
  .option('--rounds <n>', 'how often to measure', wholeNumber(1))
  .option('--connections <n>', 'how many connections', wholeNumber(1))
  .option('--peers <list>', 'compare with these, such as ws,bun', list)
  .option('--orders <n>', 'orders: how many in a run (200)', wholeNumber(1))
  .repeated('--only <case>', 'orders: only this case; may be repeated')
  .offers('--only', async () => (await import('../bench.ts')).caseNames())
  .option('--profile', 'orders: write a CPU profile of each process into .halftone/profiles', false)
  .json()
  .runs(() => import('../bench.ts'));
bench.preparedBy('<name>', async () => {
  const { benchmarks } = await import('../bench.ts');
  bench.addArgument(new Argument('<name>', 'benchmark').choices(benchmarks.map(({ name }) => name)));
  bench.lists(
    'Benchmarks',
    benchmarks.map(({ name, about }) => [name, about]),
  );
});

const load = command('load', 'run a k6 load test and judge its thresholds', 'halftone load orders --rate 20')
  .option('--url <url>', 'gateway to test, instead of the shop that runs here')
  .option('--graph <url>', 'GraphQL router')
  .option('--realtime <urls>', 'realtime processes')
  .option('--grpc <host:port>', 'gRPC address')
  .option('--duration <time>', 'such as 30s, 10m or 1h30m')
  .option('--rate <n>', 'orders a second')
  .option('--vus <n>', 'listeners (smoke: customers)')
  .option('--patient', 'a first try may fail if a later one succeeds', false)
  .repeated('--threshold <metric=expression>', 'replace the thresholds of a metric')
  .repeated('--k6-arg <arg>', 'pass an argument on to k6')
  .option('--list', 'list the load tests', false)
  .json()
  .addHelpText('after', '\nWithout --url: the shop that runs here, else one that is started for the test.')
  .runs(() => import('../load.ts'));
load.preparedBy('[name]', async () => {
  const { loadTests } = await import('../load.ts');
  load.addArgument(new Argument('[name]', 'load test').choices(loadTests.map(({ name }) => name)));
  load.lists(
    'Load tests',
    loadTests.map(({ name, about }) => [name, about]),
  );
});

const prove = command(
  'prove',
  'prove all claims that need a system of their own to break',
  'halftone prove --only chaos',
)
  .repeated('--only <name>', 'the claims that this is part of; may be repeated')
  .offers('--only', async () => (await import('../prove.ts')).names())
  .option('--list', 'list the claims', false)
  .json()
  .runs(() => import('../prove.ts'));

export const proof = [verify, chaos, lab, bench, load, prove];
