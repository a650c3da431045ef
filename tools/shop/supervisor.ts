/**
 * Keeps the services running and says in run.json which process is which. Stops those that clients are connected to
 * first, then those they call; each gets time to finish, then is killed.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../os/config.ts';
import { serviceUrl } from '../engines/database.ts';
import { paths } from '../os/home.ts';
import { lastLogLine } from '../os/log.ts';
import { stopProcess, thisProcess } from '../os/os-process.ts';
import { readRun, updateRun } from '../os/run-state.ts';
import { loadSecrets } from '../engines/secrets.ts';
import { inherited } from './settings.ts';
import { settingsOf, urlsOf } from './environment.ts';
import { Supervised } from './supervised.ts';
import { labelOf, stopWithinMs } from './topology.ts';
import type { Engines, RunState, ServiceState } from '../os/run-state.ts';
import type { SystemSettings } from './environment.ts';
import type { Assignment } from './topology.ts';

const readyWithinMs = 90_000;
/**
 * Of V8, for each service; docker/Dockerfile has the same. A semi-space of 16 MiB, Node's default, costs 15 MiB of
 * memory in each process; one of 1 MiB costs a tenth of the time of each request. A heap may grow by 60 % between
 * two collections of the whole heap. With V8's own choice, about 30 % because the heaps are small, uploads cause
 * three collections a second.
 */
const heapOptions = ['--max-semi-space-size=4', '--heap-growing-percent=60'];

/**
 * Of glibc (mallopt(3)), for each service; docker/Dockerfile has the same. Fewer memory pools keep less freed memory. Blocks of this size
 * and more are returned to the system when they are freed. Without a setting, glibc raises the size to that of the largest freed block, and
 * the 16 MiB of each password hash stay in the process.
 */
const mallocSettings = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '262144' };

/** How a system differs from the usual one. */
export interface SupervisorOptions {
  /** Folder of each app's program; `bundle` by default. */
  bundle?: 'bundle' | 'bundle-test';
  /** The engines as services reach them, when that is not where they are. */
  reach?: Engines;
  /** The processes that a process may call; all by default. */
  peersOf?: (of: Assignment) => readonly Assignment[];
  /** Additional settings of each process. */
  settings?: (of: Assignment) => Readonly<Record<string, string>>;
  beforeStart?: (of: Assignment) => void;
}

export class Supervisor {
  readonly #members: { assignment: Assignment; log: string; supervised: Supervised }[] = [];
  readonly #engines: Engines;
  #stopping = false;
  #up = false;

  constructor(engines: Engines, assignments: readonly Assignment[], options: SupervisorOptions = {}) {
    const { bundle = 'bundle', reach = engines, peersOf = () => assignments, settings, beforeStart } = options;
    this.#engines = engines;
    const databaseUrl: SystemSettings['databaseUrl'] = (name) => serviceUrl(reach.postgres.url, name);
    const { jwt, cursorKey, bank } = loadSecrets();
    const system = { engines: reach, databaseUrl, jwt, cursorKey, bank };
    for (const assignment of assignments) {
      const log = join(paths.logs, `${assignment.name}-${assignment.replica}.log`);
      const how = {
        command: process.execPath,
        args: [...heapOptions, join(root, 'apps', assignment.name, bundle, 'main.js')],
        env: {
          ...inherited(),
          NODE_ENV: 'production',
          ...mallocSettings,
          NODE_COMPILE_CACHE: paths.compileCache,
          ...settingsOf(assignment, { ...system, assignments: peersOf(assignment) }),
          ...settings?.(assignment),
        },
        cwd: root,
        log,
      };
      const supervised = new Supervised(
        how,
        () => this.#publish(),
        () => beforeStart?.(assignment),
      );
      this.#members.push({ assignment, log, supervised });
    }
  }

  async start(): Promise<void> {
    await Promise.all(this.#members.map(({ supervised }) => supervised.start()));
  }

  get run(): RunState {
    const urls = urlsOf(this.#members.map(({ assignment }) => assignment));
    const services = this.#members.flatMap(({ assignment, supervised }) => stateOf(assignment, supervised));
    return { engines: this.#engines, services, urls, owner: thisProcess(), up: this.#up };
  }

  /** Resolves when every process says it is ready; `report` is called each time one more does. */
  async ready(signal: AbortSignal, report: (ready: readonly string[]) => void): Promise<void> {
    const names: string[] = [];
    const deadline = Date.now() + readyWithinMs;
    await Promise.all(
      this.#members.map(async ({ assignment, log, supervised }) => {
        const name = labelOf(assignment);
        const url = `http://127.0.0.1:${assignment.httpPort}`;
        while (!(await answersReady(url, supervised))) {
          signal.throwIfAborted();
          if (supervised.gaveUp) throw new Error(`${name} refuses its configuration: ${lastLogLine(log)}`);
          if (Date.now() > deadline)
            throw new Error(`${name} is not ready after ${readyWithinMs / 1000} s: ${lastLogLine(log)}`);
          // Asking all of them twenty times a second would take a sixth of two processors from their start.
          await sleep(100);
        }
        names.push(name);
        report(names);
      }),
    );
    this.#up = true;
    this.#publish();
  }

  restart(names: readonly string[]): void {
    for (const { assignment, supervised } of this.#members) if (names.includes(assignment.name)) supervised.restart();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    updateRun({ services: undefined, urls: undefined, owner: undefined, up: undefined });
    for (const edge of [true, false]) {
      const tier = this.#members.filter(({ assignment }) => assignment.edge === edge);
      await Promise.all(tier.map(({ assignment: { name }, supervised }) => supervised.stop(stopWithinMs(name))));
    }
  }

  kill(): void {
    this.#stopping = true;
    for (const { supervised } of this.#members) supervised.kill();
  }

  /** Another command may rewrite its own part of the file at any time, so ours is written as a part too. */
  #publish(): void {
    if (this.#stopping) return;
    const { services, urls, owner, up } = this.run;
    updateRun({ services, urls, owner, up });
  }
}

function stateOf({ name, replica, httpPort, grpcPort }: Assignment, { process }: Supervised): ServiceState[] {
  if (!process) return [];
  const at = { http: `http://127.0.0.1:${httpPort}`, ...(grpcPort ? { grpc: `127.0.0.1:${grpcPort}` } : {}) };
  return [{ name, replica, ...process, ...at }];
}

/** Another Halftone may have taken the port since it was chosen: only the answer of this very process counts. */
async function answersReady(url: string, { process }: Supervised): Promise<boolean> {
  const pid = await readyPid(url);
  return pid !== undefined && pid === process?.pid;
}

/** Which process says there that it is ready. */
async function readyPid(url: string): Promise<number | undefined> {
  try {
    const answer = await fetch(`${url}/healthz/ready`, { signal: AbortSignal.timeout(2_000) });
    const { pid } = (await answer.json()) as { pid?: number };
    return answer.ok ? pid : undefined;
  } catch {
    // Nobody answers there, or somebody else does.
    return undefined;
  }
}

/** Gives processes that are being restarted time to be ready again; false when one is not in that time. */
export async function settle(services: readonly ServiceState[], withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline) {
    const pids = await Promise.all(services.map(({ http }) => readyPid(http)));
    if (!pids.includes(undefined)) return true;
    await sleep(100);
  }
  return false;
}

/** Ends the services of a supervisor that was killed: their ports and consumer groups are needed again. */
export async function stopOrphans(): Promise<number> {
  const { services = [] } = readRun();
  await Promise.all(services.map((service) => stopProcess(service, 'SIGTERM', 3_000)));
  updateRun({ services: undefined, urls: undefined, owner: undefined, up: undefined });
  return services.length;
}
