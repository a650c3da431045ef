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

/** The addresses in the network of the containers; those on 127.0.0.1 are for clients. */
const addressesIn = (environment: Record<string, string>) =>
  Object.entries(environment).flatMap(([key, value]) => {
    const host = /^(?:\w+:\/\/(?:.*@)?)?([a-z][a-z-]*):\d+/.exec(value)?.[1];
    return host === undefined ? [] : [`${host} by ${key}`];
  });

const engineKeys: Readonly<Record<string, string>> = {
  postgres: 'DATABASE_URL',
  kafka: 'KAFKA_BROKERS',
  redis: 'REDIS_URL',
};

function addressKeyOf(call: string): string {
  const [name = call, protocol] = call.split('.');
  const key = envNameOf(name);
  return engineKeys[call] ?? { grpc: `${key}_GRPC`, http: `SUBGRAPH_${key}_URL` }[protocol ?? ''] ?? `${key}_URL`;
}

test.each(topology)('in compose, $name finds all that it calls, and no other', ({ name, calls }) => {
  const expected = calls.map((call) => `${call.split('.')[0]} by ${addressKeyOf(call)}`);
  expect(addressesIn(ofContainer(name)).toSorted()).toEqual(expected.toSorted());
});

test('every call is of an engine or of a service that answers it', () => {
  const ports = topology.flatMap(({ name, grpc }) => [...(grpc ? [`${name}.grpc`] : []), `${name}.rest`]);
  const known = [...ports, ...subgraphs.map((name) => `${name}.http`), 'bank.soap', 'postgres', 'kafka', 'redis'];
  expect(topology.flatMap(({ calls }) => calls).filter((target) => !known.includes(target))).toEqual([]);
  expect(grpcServices).toEqual(expect.arrayContaining([...subgraphs]));
});
