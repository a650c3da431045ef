/**
 * A whole Halftone of a command's own, to be broken: fresh data, its own engines, every process with a file of faults that can be
 * armed while it runs, and if wanted a bad wire in front of each engine. What runs elsewhere on this machine is not touched.
 * One arena at a time in a process. Whatever was started is stopped when it closes, and when it could not be opened.
 */
import { buildAll } from '../build/build.ts';
import { home, programHome } from '../engines/config.ts';
import { startEngines, stopEngines } from '../engines/engines.ts';
import { birthOf, isAlive, signalProcess } from '../engines/os-process.ts';
import { killEngine, killEngineNow, reviveEngine } from '../engines/outage.ts';
import { assignFreePorts, type Replicas } from '../supervisor/ports.ts';
import { Supervisor } from '../supervisor/supervisor.ts';
import { eventually } from '../client/retry.ts';
import { enterHome, leaveHome, removeVolumesOfHome } from './arena-home.ts';
import { armFile, failpointsFile, forgetFiles, keepOnlyBugs, type ProcessName } from './failpoint-files.ts';
import { openProxies, portOf, reachThrough, type Proxies } from './proxies.ts';
import type { EngineName, Engines, RunState, ServiceState, Urls } from '../engines/run-state.ts';
import { topology, type Assignment, type ServiceName } from '../supervisor/topology.ts';
import type { Sources } from '../verify/verify.ts';

export type { ProcessName } from './failpoint-files.ts';
export type { Wire } from './tcp-proxy.ts';

export interface ArenaOptions {
  /** Names its folder; two commands with the same name can't run at once. */
  name: string;
  replicas?: Replicas;
  /** The services as built for tests: they hold planted bugs. */
  testBuild?: boolean;
  /** A proxy in front of each engine. */
  proxied?: boolean;
  /** The n-th replica of a service calls the n-th of another only, instead of all in turn. */
  paired?: boolean;
  /** Besides what the services are told anyway. */
  settings?: Partial<Record<ServiceName, Readonly<Record<string, string>>>>;
  /** Called when the engines answer, before any service starts. */
  prepared?: (engines: Engines) => Promise<void>;
  note?: (text: string) => void;
  signal: AbortSignal;
}

const silent = () => undefined;

export class Arena {
  readonly #options: ArenaOptions;
  readonly #proxies: Proxies | undefined;
  readonly #supervisor: Supervisor;
  #closed: Promise<void> | undefined;

  constructor(options: ArenaOptions, supervisor: Supervisor, proxies: Proxies | undefined) {
    this.#options = options;
    this.#supervisor = supervisor;
    this.#proxies = proxies;
  }

  /** As of now: a process that was killed has another pid later. */
  get run(): RunState {
    return this.#supervisor.run;
  }

  get urls(): Urls {
    return this.run.urls;
  }

  /** The engines themselves, never through a proxy (but Kafka, which names its proxy to all). */
  get sources(): Sources {
    const { postgres, kafka } = this.run.engines;
    return { databaseUrl: postgres.url, brokers: kafka.brokers.split(',') };
  }

  /** The address of every gateway. */
  get gateways(): string[] {
    return this.run.services.filter(({ name }) => name === 'gateway').map(({ http }) => http);
  }

  get proxies(): Proxies {
    if (!this.#proxies) throw new Error('this arena was opened without proxies');
    return this.#proxies;
  }

  /** Those that live now. */
  processes(name?: ServiceName): ServiceState[] {
    return this.run.services.filter((one) => (!name || one.name === name) && birthOf(one.pid) !== undefined);
  }

  /** The process as it is now, dead or alive. */
  process({ name, replica }: ProcessName): ServiceState {
    const found = this.run.services.find((one) => one.name === name && one.replica === replica);
    if (!found) throw new Error(`no ${name}-${replica} in this arena`);
    return found;
  }

  /** Resolves when the process has acknowledged. Faults are for its present life, planted bugs for all. */
  arm(of: ProcessName, text: string): Promise<void> {
    return armFile(of, text);
  }

  disarm(of: ProcessName): Promise<void> {
    return armFile(of, '');
  }

  kill(of: ProcessName): void {
    signalProcess(this.process(of), 'SIGKILL');
  }

  stop(of: ProcessName): void {
    signalProcess(this.process(of), 'SIGSTOP');
  }

  cont(of: ProcessName): void {
    signalProcess(this.process(of), 'SIGCONT');
  }

  /** Resolves when its process is ready, and is not the one with this pid if one is named. */
  ready(of: ProcessName, notPid?: number, withinMs = 60_000): Promise<ServiceState> {
    return eventually(
      `${of.name}-${of.replica} to be ready`,
      async () => {
        const now = this.process(of);
        if (now.pid === notPid || !isAlive(now)) return undefined;
        const answer = await fetch(`${now.http}/healthz/ready`, { signal: AbortSignal.timeout(2_000) }).catch(silent);
        return answer?.ok ? now : undefined;
      },
      { withinMs },
    );
  }

  async allReady(withinMs = 60_000): Promise<void> {
    await Promise.all(this.run.services.map((one) => this.ready(one, undefined, withinMs)));
  }

  /** SIGKILL, and it stays away until revived. */
  killEngine(name: EngineName): Promise<void> {
    return killEngine(name);
  }

  /** Resolves when it answers again, with the data it had on disk. */
  async reviveEngine(name: EngineName): Promise<void> {
    const { signal, note = silent } = this.#options;
    await reviveEngine(name, { signal, note, advertisedPort: this.#proxies?.kafka.port });
  }

  async restartEngine(name: EngineName): Promise<void> {
    await this.killEngine(name);
    await this.reviveEngine(name);
  }

  /** Ends everything, whatever state it is in. Safe to call twice. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const last = this.run.services;
    // A process that is stopped would not hear that it is to end.
    for (const process of last) signalProcess(process, 'SIGCONT');
    await this.#supervisor.stop();
    await end(this.#options.name, this.#proxies);
  }
}

let running: Supervisor | undefined;

/** Everything at once, without letting anything finish: for whoever interrupts a second time. */
export function killArena(): void {
  running?.kill();
  if (home !== programHome) for (const name of ['postgres', 'kafka', 'redis'] as const) killEngineNow(name);
}

export async function openArena(options: ArenaOptions): Promise<Arena> {
  const { name, signal, note = silent, replicas = {}, proxied, testBuild } = options;
  await enterHome(name);
  forgetFiles();
  let proxies: Proxies | undefined;
  let supervisor: Supervisor | undefined;
  try {
    note(`the services: ${await buildAll(signal, { test: testBuild ?? false, only: wanted(replicas) })}`);
    proxies = proxied ? await openProxies() : undefined;
    const { engines, ready } = await startEngines({ signal, note, advertisedPort: proxies?.kafka.port });
    if (proxies) for (const engine of ['postgres', 'kafka', 'redis'] as const) proxies[engine].lead(portOf(engine));
    await ready;
    await options.prepared?.(engines);
    const assignments = await assignFreePorts(replicas);
    supervisor = running = new Supervisor(engines, assignments, arrangement(options, engines, assignments, proxies));
    await supervisor.start();
    await supervisor.ready(signal, silent);
    note(`arena '${name}': ${assignments.length} processes are ready`);
    return new Arena(options, supervisor, proxies);
  } catch (error) {
    await supervisor?.stop();
    await end(name, proxies);
    throw error;
  }
}

/** Undefined is all of them. */
function wanted(replicas: Replicas): ServiceName[] | undefined {
  const names = topology.map(({ name }) => name).filter((name) => replicas[name] !== 0);
  return names.length < topology.length ? names : undefined;
}

function arrangement(
  { testBuild, paired, settings }: ArenaOptions,
  engines: Engines,
  assignments: readonly Assignment[],
  proxies: Proxies | undefined,
) {
  const pairedWith = ({ replica }: Assignment) =>
    assignments.filter((one) => one.replica === replica || !one.grpcPort || !hasReplica(assignments, one, replica));
  return {
    bundle: testBuild ? ('bundle-test' as const) : ('bundle' as const),
    reach: proxies ? reachThrough(proxies, engines) : engines,
    settings: (of: Assignment) => ({ FAILPOINTS_FILE: failpointsFile(of), ...settings?.[of.name] }),
    beforeLife: keepOnlyBugs,
    ...(paired && { peersOf: pairedWith }),
  };
}

const hasReplica = (assignments: readonly Assignment[], { name }: Assignment, replica: number): boolean =>
  assignments.some((one) => one.name === name && one.replica === replica);

async function end(name: string, proxies: Proxies | undefined): Promise<void> {
  await stopEngines(true);
  await removeVolumesOfHome();
  if (proxies) await Promise.all(Object.values(proxies).map((proxy) => proxy.close()));
  leaveHome(name);
}
