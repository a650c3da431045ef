/**
 * A whole shop that may be broken: fresh data, its own engines, faults that can be armed in each process,
 * and optional TCP proxies in front of the engines. It does not touch other systems on this machine.
 * A process can have one sandbox at a time. Everything started is stopped on close, and when opening fails.
 */
import { buildAll } from '@halftone/tools/build/build.ts';
import { home, programHome } from '@halftone/tools/os/config.ts';
import { startEngines, stopEngines } from '@halftone/tools/engines/engines.ts';
import { birthOf, isAlive, signalProcess } from '@halftone/tools/os/os-process.ts';
import { killEngine, killEngineNow, reviveEngine } from '@halftone/tools/engines/outage.ts';
import { assignFreePorts, type Replicas } from '@halftone/tools/shop/ports.ts';
import { Supervisor } from '@halftone/tools/shop/supervisor.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import { enterHome, leaveHome, removeVolumesOfHome } from './sandbox-home.ts';
import { armFile, failpointsFile, forgetFiles, keepOnlyBugs, type ProcessName } from './failpoint-files.ts';
import { openProxies, portOf, reachThrough, type Proxies } from './proxies.ts';
import type { EngineName, Engines, RunState, ServiceState, Urls } from '@halftone/tools/os/run-state.ts';
import { topology, type Assignment, type ServiceName } from '@halftone/tools/shop/topology.ts';

export type { ProcessName } from './failpoint-files.ts';

export interface SandboxOptions {
  /** Names its folder; two commands with the same name can't run at the same time. */
  name: string;
  replicas?: Replicas;
  /** Test builds of the services, which hold planted bugs. */
  testBuild?: boolean;
  /** A proxy in front of each engine. */
  proxied?: boolean;
  /** Replica n of a service calls only replica n of another service. */
  paired?: boolean;
  /** Additional settings of the services. */
  settings?: Partial<Record<ServiceName, Readonly<Record<string, string>>>>;
  /** Called when the engines are ready, before any service starts. */
  prepared?: (engines: Engines) => Promise<void>;
  note?: (text: string) => void;
  signal: AbortSignal;
}

const silent = () => undefined;

export class Sandbox {
  readonly #options: SandboxOptions;
  readonly #proxies: Proxies | undefined;
  readonly #supervisor: Supervisor;
  #closed: Promise<void> | undefined;

  constructor(options: SandboxOptions, supervisor: Supervisor, proxies: Proxies | undefined) {
    this.#options = options;
    this.#supervisor = supervisor;
    this.#proxies = proxies;
  }

  /** The current state: a restarted process has a new pid. */
  get run(): RunState {
    return this.#supervisor.run;
  }

  get urls(): Urls {
    return this.run.urls;
  }

  /** The engines without proxies, except Kafka, which advertises its proxy. */
  get sources(): { databaseUrl: string; brokers: string[] } {
    const { postgres, kafka } = this.run.engines;
    return { databaseUrl: postgres.url, brokers: kafka.brokers.split(',') };
  }

  /** The address of every gateway. */
  get gateways(): string[] {
    return this.run.services.filter(({ name }) => name === 'gateway').map(({ http }) => http);
  }

  get proxies(): Proxies {
    if (!this.#proxies) throw new Error('this sandbox was opened without proxies');
    return this.#proxies;
  }

  /** The running processes. */
  processes(name?: ServiceName): ServiceState[] {
    return this.run.services.filter((one) => (!name || one.name === name) && birthOf(one.pid) !== undefined);
  }

  /** The current state of the process, running or not. */
  process({ name, replica }: ProcessName): ServiceState {
    const found = this.run.services.find((one) => one.name === name && one.replica === replica);
    if (!found) throw new Error(`no ${name}-${replica} in this sandbox`);
    return found;
  }

  /** Resolves when the process has acknowledged. Faults end with the process; planted bugs survive a restart. */
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

  /** Resolves when the process is ready. With `notPid` it must be a new process. */
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

  /** SIGKILL. The engine stays down until `reviveEngine`. */
  killEngine(name: EngineName): Promise<void> {
    return killEngine(name);
  }

  /** Starts the engine with its data on disk. Resolves when it answers. */
  async reviveEngine(name: EngineName): Promise<void> {
    const { signal, note = silent } = this.#options;
    await reviveEngine(name, { signal, note, advertisedPort: this.#proxies?.kafka.port });
  }

  async restartEngine(name: EngineName): Promise<void> {
    await this.killEngine(name);
    await this.reviveEngine(name);
  }

  /** Stops everything. Safe to call twice. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const last = this.run.services;
    // A process stopped by SIGSTOP cannot handle SIGTERM.
    for (const process of last) signalProcess(process, 'SIGCONT');
    await this.#supervisor.stop();
    await end(this.#options.name, this.#proxies);
  }
}

let running: Supervisor | undefined;

/** Kills everything immediately, for the second Ctrl-C. */
export function killSandbox(): void {
  running?.kill();
  if (home !== programHome) for (const name of ['postgres', 'kafka', 'redis'] as const) killEngineNow(name);
}

export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { name, signal, note = silent, replicas = {}, proxied, testBuild } = options;
  await enterHome(name);
  forgetFiles();
  let proxies: Proxies | undefined;
  let supervisor: Supervisor | undefined;
  try {
    note(`the services: ${await buildAll(signal, { test: testBuild ?? false, only: servicesIn(replicas) })}`);
    proxies = proxied ? await openProxies() : undefined;
    const { engines, ready } = await startEngines({ signal, note, advertisedPort: proxies?.kafka.port });
    if (proxies)
      for (const engine of ['postgres', 'kafka', 'redis'] as const) proxies[engine].connectTo(portOf(engine));
    await ready;
    await options.prepared?.(engines);
    const assignments = await assignFreePorts(replicas);
    supervisor = running = new Supervisor(
      engines,
      assignments,
      supervisorOptions(options, engines, assignments, proxies),
    );
    await supervisor.start();
    await supervisor.ready(signal, silent);
    note(`sandbox '${name}': ${assignments.length} processes are ready`);
    return new Sandbox(options, supervisor, proxies);
  } catch (error) {
    await supervisor?.stop();
    await end(name, proxies);
    throw error;
  }
}

/** Undefined means all services. */
function servicesIn(replicas: Replicas): ServiceName[] | undefined {
  const names = topology.map(({ name }) => name).filter((name) => replicas[name] !== 0);
  return names.length < topology.length ? names : undefined;
}

function supervisorOptions(
  { testBuild, paired, settings }: SandboxOptions,
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
    beforeStart: keepOnlyBugs,
    ...(paired && { peersOf: pairedWith }),
  };
}

const hasReplica = (assignments: readonly Assignment[], { name }: Assignment, replica: number): boolean =>
  assignments.some((one) => one.name === name && one.replica === replica);

async function end(name: string, proxies: Proxies | undefined): Promise<void> {
  await stopEngines({ force: true });
  await removeVolumesOfHome();
  for (const proxy of Object.values(proxies ?? {})) proxy.close();
  leaveHome(name);
}
