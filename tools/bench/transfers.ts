/** Two services alone with the engines, and money going through each in turn. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildAll } from '../build/build.ts';
import { eventually } from '../client/retry.ts';
import { serviceUrl } from '../engines/database.ts';
import { paths } from '../engines/home.ts';
import { root } from '../engines/config.ts';
import { launch, stopProcess, type OsProcess } from '../engines/os-process.ts';
import { freePort } from '../engines/port.ts';
import { loadSecrets } from '../engines/secrets.ts';
import { settingsOf } from '../supervisor/environment.ts';
import type { Engines } from '../engines/run-state.ts';
import type { Benchmark } from './benchmark.ts';
import { withDatabase } from '../verify/rows.ts';
import { contestLine } from './contest.ts';
import { signAccessToken } from '../stage/access-token.ts';
import { withWorkers, type Measured, type RunProgram } from './workers.ts';

const bench = 'transfers';
const load = { operations: 4_000, concurrency: 16 };
const customers = 10;
const poolSize = '16';
const graceMs = 12_000;
const microsecondsPerTick = 10_000;
/** As in bench/src/load.ts. */
const warmUpShare = 0.1;

interface Service {
  process: OsProcess;
  grpc: string;
}

/** Clock ticks (hundredths of a second) that the process has used, user and system (proc(5), fields 14 and 15). */
function cpuTicks({ pid }: OsProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
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
  await eventually(`${name} to be ready`, async () => {
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
  return begin('bare', join(root, 'bench/src/transfers/bare-service.ts'), {
    HTTP_PORT: String(await freePort()),
    GRPC_PORT: String(await freePort()),
    DATABASE_URL: url.href,
    JWT_PUBLIC_KEY: loadSecrets().jwt.publicKey,
  });
}

async function drive(run: RunProgram, { grpc, process: server }: Service): Promise<Measured> {
  const tokens = Array.from({ length: customers }, (_, index) => signAccessToken(`load-${index + 1}`));
  const before = cpuTicks(server);
  const { perSecond = Number.NaN } = await run(bench, 'drive', { ...load, grpc, tokens });
  const operations = load.operations * (1 + warmUpShare);
  return { perSecond, cpuUs: ((cpuTicks(server) - before) * microsecondsPerTick) / operations };
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
        contestLine(results, { bench, case: 'transfers', unit: '/s', number: 'perSecond' }),
        contestLine(results, { bench, case: 'service-cpu', unit: 'us', number: 'cpuUs' }),
      ];
    }),
};
