/**
 * Runs one service from its sources, in this process, so that a debugger which starts it stops in them: `node tools/shop/from-source.ts orders`.
 * It uses the engines that run here (`./halftone engines --detach`, `npm start`). If the shop runs, it calls the shop's services, and takes its
 * part of the events as one more replica; the shop's services don't call it. Arguments after the name are the service's own (`--print-config`).
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { freePort } from '@halftone/local';
import { serviceUrl } from '../engines/database.ts';
import { loadSecrets } from '../engines/secrets.ts';
import { runSources } from '../build/source-hooks.ts';
import { root } from '../os/config.ts';
import { type Engines, readRun, type ServiceState } from '../os/run-state.ts';
import { Unavailable } from '../os/unavailable.ts';
import { exitCodeOf } from '../terminal/exit-code.ts';
import { messageOf } from '../terminal/message-of.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { settingsOf } from './environment.ts';
import { assignFreePorts } from './ports.ts';
import { type Assignment, type ServiceName, type ServiceSpec, topology } from './topology.ts';

const portOf = (address: string): number => Number(/\d+$/.exec(address)?.[0]);

const assignmentOf = ({ name, replica, http, grpc }: ServiceState): Assignment => ({
  name: name as ServiceName,
  replica,
  edge: false,
  httpPort: portOf(http),
  ...(grpc && { grpcPort: portOf(grpc) }),
});

/** Its ports are new ones beside a shop that runs, else the known ones. */
async function ownAssignment({ name, edge, grpc, knownPort }: ServiceSpec, replicas: number): Promise<Assignment> {
  const httpPort = await freePort(knownPort);
  return { name, replica: replicas + 1, edge, httpPort, ...(grpc && { grpcPort: await freePort() }) };
}

async function environmentFor(spec: ServiceSpec, engines: Engines): Promise<Record<string, string>> {
  const running = (readRun().services ?? []).map(assignmentOf);
  const runs = (name: ServiceName) => running.some((one) => one.name === name);
  // A service that does not run gets a port at which nobody answers.
  const absent = (await assignFreePorts({})).filter(({ name }) => !runs(name));
  const own = await ownAssignment(spec, running.filter(({ name }) => name === spec.name).length);
  const { jwt, cursorKey, bank } = loadSecrets();
  const databaseUrl = (name: Parameters<typeof serviceUrl>[1]) => serviceUrl(engines.postgres.url, name);
  return settingsOf(own, { engines, databaseUrl, jwt, cursorKey, bank, assignments: [...running, ...absent] });
}

async function main([name, ...rest]: readonly string[]): Promise<void> {
  const spec = topology.find((one) => one.name === name);
  if (!spec)
    throw new UsageError(`no service ${name ?? 'named'}; there are ${topology.map((one) => one.name).join(', ')}`);
  const { engines } = readRun();
  if (!engines) throw new Unavailable('no engines run here: ./halftone engines --detach');
  Object.assign(process.env, await environmentFor(spec, engines));
  process.argv = [...process.argv.slice(0, 2), ...rest];
  process.stderr.write(`${spec.name}: http://127.0.0.1:${process.env['HTTP_PORT']}/healthz/ready\n`);
  runSources();
  createRequire(import.meta.url)(join(root, 'apps', spec.name, 'src/main.ts'));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(exitCodeOf(error));
});
