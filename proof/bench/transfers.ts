/** Two services alone with the engines, and money going through each in turn. */
import { join } from 'node:path';
import { buildAll } from '@halftone/tools/build/build.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import { serviceUrl } from '@halftone/tools/engines/database.ts';
import { paths } from '@halftone/tools/os/home.ts';
import { root } from '@halftone/tools/os/config.ts';
import { launch, stopProcess, type OsProcess } from '@halftone/tools/os/os-process.ts';
import { forgetProcess, noteProcess } from '@halftone/tools/os/started.ts';
import { freePort } from '@halftone/local';
import { cpuUs } from '@halftone/tools/os/process-cost.ts';
import { loadSecrets } from '@halftone/tools/engines/secrets.ts';
import { settingsOf } from '@halftone/tools/shop/environment.ts';
import type { Engines } from '@halftone/tools/os/run-state.ts';
import type { Benchmark } from './benchmark.ts';
import { withDatabase } from '../verify/rows.ts';
import { comparisonLine } from './comparison.ts';
import { signAccessToken } from '../harness/sandbox/realtime/access-token.ts';
import { withWorkers, type Measured, type RunProgram } from './workers.ts';

const bench = 'transfers';
const load = { operations: 4_000, concurrency: 16 };
const customers = 10;
const poolSize = '16';
const graceMs = 12_000;
/** As in proof/bench/programs/load.ts. */
const warmUpShare = 0.1;

interface Service {
  process: OsProcess;
  grpc: string;
}

async function begin(name: string, entry: string, settings: Record<string, string>): Promise<Service> {
  const { HTTP_PORT = '', GRPC_PORT = '' } = settings;
  const process_ = await launch({
    command: process.execPath,
    args: ['--disable-warning=TimeoutNegativeWarning', entry],
    env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'warn', DATABASE_POOL_SIZE: poolSize, ...settings },
    cwd: root,
    log: join(paths.logs, `bench-${name}.log`),
  });
  noteProcess(process_);
  void process_.exited.then(() => forgetProcess(process_.pid));
  await eventually(`${name} to be ready`, async () => {
    // Not listening yet: asked again.
    const ready = await fetch(`http://127.0.0.1:${HTTP_PORT}/healthz/ready`).catch(() => undefined);
    return ready?.ok || undefined;
  });
  return { process: process_, grpc: `127.0.0.1:${GRPC_PORT}` };
}

async function payments(engines: Engines): Promise<Service> {
  const assignment = {
    name: 'payments',
    replica: 1,
    edge: false,
    httpPort: await freePort(),
    grpcPort: await freePort(),
  } as const;
  const settings = settingsOf(assignment, {
    engines,
    assignments: [assignment],
    databaseUrl: (name) => serviceUrl(engines.postgres.url, name),
    ...loadSecrets(),
  });
  return begin('payments', join(root, 'apps/payments/bundle/main.js'), settings);
}

async function bare({ postgres }: Engines): Promise<Service> {
  await withDatabase(postgres.url, (client) =>
    client.query('drop schema if exists bench cascade; create schema bench'),
  );
  const url = new URL(postgres.url);
  url.searchParams.set('options', '-c search_path=bench');
  return begin('bare', join(root, 'proof/bench/programs/transfers/bare-service.ts'), {
    HTTP_PORT: String(await freePort()),
    GRPC_PORT: String(await freePort()),
    DATABASE_URL: url.href,
    JWT_PUBLIC_KEY: loadSecrets().jwt.publicKey,
  });
}

async function drive(run: RunProgram, { grpc, process: server }: Service): Promise<Measured> {
  const tokens = Array.from({ length: customers }, (_, index) => signAccessToken(`load-${index + 1}`));
  const before = cpuUs(server.pid);
  const { perSecond = Number.NaN } = await run(bench, 'drive', { ...load, grpc, tokens });
  const operations = load.operations * (1 + warmUpShare);
  return { perSecond, cpuUs: (cpuUs(server.pid) - before) / operations };
}

/** Exactly once: key, locks, double entry, two events, stored answer; relayed to Kafka. Against the least that moves money. */
export const transfers: Benchmark = {
  name: bench,
  about: 'transfers per second of payments against two bare updates in a transaction behind the same edge',
  rounds: 5,
  run: ({ rounds, say }) =>
    withWorkers(say, async (run, engines) => {
      await buildAll(new AbortController().signal);
      const services = new Map<string, Service>();
      const results = new Map<string, Measured[]>([
        ['ours', []],
        ['two-updates', []],
      ]);
      try {
        services.set('ours', await payments(engines)).set('two-updates', await bare(engines));
        for (let round = 0; round < rounds; round += 1) {
          const order = round % 2 === 0 ? [...services] : [...services].toReversed();
          for (const [name, service] of order) results.get(name)?.push(await drive(run, service));
          say(`round ${round + 1} of ${rounds}`);
        }
      } finally {
        await Promise.all([...services.values()].map(({ process: one }) => stopProcess(one, 'SIGTERM', graceMs)));
      }
      return [
        comparisonLine(results, { bench, case: 'transfers', unit: '/s', number: 'perSecond' }),
        comparisonLine(results, { bench, case: 'service-cpu', unit: 'us', number: 'cpuUs' }),
      ];
    }),
};
