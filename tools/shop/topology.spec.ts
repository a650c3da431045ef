import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../os/config.ts';
import { databaseServices, envNameOf, grpcServices, subgraphs, topology } from './topology.ts';

interface Component {
  calls?: string[];
  grpc?: boolean;
  expose?: object;
  transfers?: boolean;
}
interface Container {
  environment?: Record<string, string>;
}

const read = (file: string): unknown => parse(readFileSync(join(root, file), 'utf8'), { merge: true });

const { services: components } = read('helm/halftone/values.yaml') as { services: Record<string, Component> };
const { services: containers } = read('docker/compose.yaml') as { services: Record<string, Container> };
const ofContainer = (name: string) => containers[name]?.environment ?? {};

test.each(topology)('the chart has $name with the same calls, ports and transfers', (spec) => {
  const { calls, grpc = false, expose, transfers = false } = components[spec.name] ?? {};
  expect(calls?.toSorted()).toEqual(spec.calls.toSorted());
  expect({ grpc, edge: expose !== undefined, transfers }).toEqual({
    grpc: spec.grpc,
    edge: spec.edge,
    transfers: spec.transfers ?? false,
  });
});

test('compose starts the same services, and the image of the tools makes a role for each that keeps rows', () => {
  expect(Object.keys(containers)).toEqual(expect.arrayContaining(topology.map(({ name }) => name)));
  const keepers = topology.map(({ name }) => name).filter((name) => ofContainer(name)['DATABASE_URL']);
  expect(keepers).toEqual(databaseServices);
  const passwords = Object.keys(ofContainer('database')).filter((key) => key.startsWith('HALFTONE_ROLE_PASSWORD_'));
  expect(passwords.toSorted()).toEqual(
    databaseServices.map((name) => `HALFTONE_ROLE_PASSWORD_${envNameOf(name)}`).toSorted(),
  );
});

test.each(topology)('in compose, $name finds all that it calls over gRPC', ({ name, calls }) => {
  const called = calls.filter((target) => target.endsWith('.grpc')).map((target) => target.replace('.grpc', ''));
  const expected = called.map((target) => [`${envNameOf(target)}_GRPC`, `${target}:9090`]);
  expect(ofContainer(name)).toMatchObject(Object.fromEntries(expected) as object);
});

test('every call is of an engine or of a service that answers it', () => {
  const ports = topology.flatMap(({ name, grpc }) => [...(grpc ? [`${name}.grpc`] : []), `${name}.rest`]);
  const known = [...ports, ...subgraphs.map((name) => `${name}.http`), 'bank.soap', 'postgres', 'kafka', 'redis'];
  expect(topology.flatMap(({ calls }) => calls).filter((target) => !known.includes(target))).toEqual([]);
  expect(grpcServices).toEqual(expect.arrayContaining([...subgraphs]));
});
