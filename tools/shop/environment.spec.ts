import { settingsOf, urlsOf } from './environment.ts';
import { topology } from './topology.ts';
import type { SystemSettings } from './environment.ts';
import type { Assignment } from './topology.ts';

let port = 9000;
const assignments: Assignment[] = topology.flatMap(({ name, replicas, edge, grpc }) =>
  Array.from({ length: replicas }, (_, index) => ({
    name,
    edge,
    replica: index + 1,
    httpPort: port++,
    ...(grpc ? { grpcPort: port++ } : {}),
  })),
);
const system: SystemSettings = {
  assignments,
  databaseUrl: (name) => `postgres://${name}@db/halftone`,
  jwt: { publicKey: 'public', privateKey: 'private' },
  cursorKey: 'of cursors',
  bank: {
    server: { certificate: 'of the bank', key: 'key of the bank' },
    client: { certificate: 'of payments', key: 'key of payments' },
    password: 'secret',
  },
  engines: {
    postgres: { way: 'path', url: 'postgres://root@db/halftone' },
    kafka: { way: 'path', brokers: 'kafka:9092' },
    redis: { way: 'path', url: 'redis://cache' },
  },
};
const of = (name: string) => assignments.filter((one) => one.name === name);
const settings = (name: string) => of(name).map((one) => settingsOf(one, system))[0] ?? {};

describe('the settings of each process', () => {
  it('gives the signing key to the gateway only, and the checking key to all', () => {
    const signers = assignments.filter((one) => 'JWT_PRIVATE_KEY' in settingsOf(one, system));
    expect(signers.map(({ name }) => name)).toEqual(['gateway']);
    expect(assignments.every((one) => settingsOf(one, system)['JWT_PUBLIC_KEY'] === 'public')).toBe(true);
  });

  it('gives a service its own database role, and an edge none', () => {
    expect(settings('orders')['DATABASE_URL']).toBe('postgres://orders@db/halftone');
    for (const name of ['gateway', 'graph', 'realtime', 'console'])
      expect(settings(name)).not.toHaveProperty('DATABASE_URL');
  });

  it('gives each side of the bank its own key and the certificate of the other', () => {
    const holders = (key: string) => assignments.filter((one) => Object.values(settingsOf(one, system)).includes(key));
    expect(holders('key of the bank').map(({ name }) => name)).toEqual(['bank']);
    expect(holders('key of payments').map(({ name }) => name)).toEqual(['payments']);
    expect(settings('payments')).toMatchObject({ BANK_CERT: 'of the bank', BANK_CLIENT_CERT: 'of payments' });
    expect(settings('payments')['BANK_URL']).toBe(`http://127.0.0.1:${of('bank')[0]?.httpPort}/bank`);
  });

  it('names all replicas of a service as one target', () => {
    const second: Assignment = { name: 'payments', replica: 2, edge: false, httpPort: 1, grpcPort: 2 };
    const [gateway, payments] = [of('gateway')[0], of('payments')[0]];
    const settings = gateway && settingsOf(gateway, { ...system, assignments: [...assignments, second] });
    expect(settings?.['PAYMENTS_GRPC']).toBe(`ipv4:127.0.0.1:${payments?.grpcPort},127.0.0.1:2`);
  });

  it('gives payments alone an address of the bank, without which it refuses to start', () => {
    const alone = of('payments')[0];
    expect(alone && settingsOf(alone, { ...system, assignments: [alone] })['BANK_URL']).toMatch(/\/bank$/);
  });

  it('points callers at the ports of those they call', () => {
    expect(settings('gateway')['PAYMENTS_GRPC']).toBe(`127.0.0.1:${of('payments')[0]?.grpcPort}`);
    expect(settings('graph')['SUBGRAPH_IMAGES_URL']).toBe(`http://127.0.0.1:${of('images')[0]?.httpPort}/graphql`);
    expect(settings('gateway')['REALTIME_URLS']).toBe(urlsOf(assignments).realtime.join(','));
    expect(settings('console')['GATEWAY_URL']).toBe(urlsOf(assignments).gateway);
  });

  it.each(['gateway', 'graph', 'realtime'] as const)(
    'lets pages of the console, and of nobody else, call %s',
    (edge) => {
      const port = of('console')[0]?.httpPort;
      const origins = `http://127.0.0.1:${port},http://localhost:${port}`;
      expect(settings(edge)['ALLOWED_ORIGINS']).toBe(origins);
    },
  );

  it('gives each replica of a service its own name', () => {
    expect(of('realtime').map((one) => settingsOf(one, system)['SERVICE_INSTANCE'])).toEqual([
      'realtime-1',
      'realtime-2',
    ]);
    expect(settings('gateway')['SERVICE_INSTANCE']).toBe('gateway');
  });
});
