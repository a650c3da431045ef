/**
 * `.halftone/run.json`: what runs now and where. Tools, tests and people find the system through it.
 * `engines` is there while engines run; the rest only while `npm start` is up.
 */
import { isAlive } from './os-process.ts';
import { paths, readJson, removeFile, writeJson } from './home.ts';
import type { OsProcess } from './os-process.ts';

export type EngineName = 'postgres' | 'kafka' | 'redis';

/** `environment`: a URL was given. `docker`: an official image. `path`: installed. `packages`: from a package manager. */
export type Way = 'environment' | LocalWay;
export type LocalWay = 'docker' | 'path' | 'packages';

interface EngineState {
  way: Way;
  pid?: number;
  container?: string;
}

export interface Engines {
  /** The superuser's URL of the database `halftone`. */
  postgres: EngineState & { url: string };
  /** Comma-separated host:port. */
  kafka: EngineState & { brokers: string };
  redis: EngineState & { url: string };
}

export interface ServiceState extends OsProcess {
  name: string;
  replica: number;
  /** `http://127.0.0.1:PORT` */
  http: string;
  /** `127.0.0.1:PORT`, of services that speak gRPC. */
  grpc?: string;
}

export interface Urls {
  gateway: string;
  graphql: string;
  realtime: string[];
  /** Of the web page; a system that is reached over other ways may have none. */
  console?: string;
}

export interface RunState {
  engines: Engines;
  services: ServiceState[];
  urls: Urls;
  /** The process that supervises the services. */
  owner: OsProcess;
  /** All were ready once; one that is restarting now will be again. */
  up: boolean;
}

export function readRun(): Partial<RunState> {
  return readJson<Partial<RunState>>(paths.run) ?? {};
}

/** The running system, when all of it is there and its supervisor lives. */
export function runningSystem(): RunState | undefined {
  const { engines, services, urls, owner, up } = readRun();
  if (!engines || !services || !urls || !owner || !up || !isAlive(owner)) return undefined;
  return { engines, services, urls, owner, up };
}

/** Sets the given parts; `undefined` takes a part away. */
export function updateRun(parts: { [Part in keyof RunState]?: RunState[Part] | undefined }): void {
  const next = Object.entries({ ...readRun(), ...parts }).filter(([, value]) => value !== undefined);
  if (next.length === 0) removeFile(paths.run);
  else writeJson(paths.run, Object.fromEntries(next), 0o600);
}
