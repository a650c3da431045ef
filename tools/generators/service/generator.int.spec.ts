import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, credentials, loadPackageDefinition, Metadata } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { signJwt } from '@halftone/local';
import pg from 'pg';
import { parseAllDocuments } from 'yaml';
import { findProgram } from '../../os/command.ts';
import { root } from '../../os/config.ts';
import { eventually } from '../../os/waiting.ts';
import { Scratch } from './scratch.fixture.ts';

/** Of two words, because that is where a name has most spellings. */
const name = 'gift-cards';

/** The Redis of all tests keeps the answers of earlier runs. */
const key = randomUUID();

const { DATABASE_URL = '', REDIS_URL = '' } = process.env;
const keys = generateKeyPairSync('ed25519');
const database = `generator_${randomUUID().replaceAll('-', '_')}`;

let scratch: Scratch;
let said: string;

beforeAll(async () => {
  scratch = new Scratch();
  await sql(DATABASE_URL, `CREATE DATABASE ${database}`);
  await sql(urlOf(database), `CREATE SCHEMA "${name}"`);
  await sql(urlOf(database), `ALTER DATABASE ${database} SET search_path = "${name}"`);
  said = await scratch.run('nx', 'g', './tools/generators:service', name);
});
afterAll(async () => {
  await scratch?.remove();
  await sql(DATABASE_URL, `DROP DATABASE ${database} WITH (FORCE)`);
});

const urlOf = (path: string) => Object.assign(new URL(DATABASE_URL), { pathname: `/${path}` }).href;

async function sql(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function tokenOf(customer: string): string {
  const iat = Math.floor(Date.now() / 1000);
  const claims = { role: 'customer', typ: 'access', iss: 'halftone', aud: 'halftone', sub: customer };
  return signJwt({ ...claims, iat, exp: iat + 900 }, keys.privateKey);
}

const base64 = (key: Buffer) => key.toString('base64');

const textOf = (file: string) => readFileSync(join(scratch.folder, file), 'utf8');

/** As the supervisor starts it. */
interface Process {
  env: Record<string, string>;
  http: string;
  grpc: string;
}

const processesOf = () =>
  scratch.ask<Record<'service' | 'gateway', Process>>(
    `import { settingsOf } from './tools/shop/environment.ts';
     import { assignFreePorts } from './tools/shop/ports.ts';
     const assignments = await assignFreePorts({});
     const system = { ...input.system, assignments, databaseUrl: () => input.databaseUrl };
     const of = (name) => {
       const one = assignments.find((assignment) => assignment.name === name);
       return { env: settingsOf(one, system), http: 'http://127.0.0.1:' + one.httpPort, grpc: '127.0.0.1:' + one.grpcPort };
     };
     process.stdout.write(JSON.stringify({ service: of('${name}'), gateway: of('gateway') }));`,
    {
      databaseUrl: urlOf(database),
      system: {
        engines: { postgres: {}, kafka: { brokers: '' }, redis: { url: REDIS_URL } },
        jwt: {
          publicKey: base64(keys.publicKey.export({ format: 'der', type: 'spki' })),
          privateKey: base64(keys.privateKey.export({ format: 'der', type: 'pkcs8' })),
        },
        bank: { server: {}, client: {} },
      },
    },
  );

const build = () =>
  scratch.ask(
    `import { buildApps } from './tools/build/build.ts';
     await buildApps(['${name}', 'gateway'], new AbortController().signal);
     process.stdout.write('{}');`,
  );

const ready = ({ http }: Process) =>
  eventually(`${http} to be ready`, () =>
    fetch(`${http}/healthz/ready`).then(
      ({ ok }) => ok || undefined,
      () => undefined,
    ),
  );

/** As a client that has nothing but the .proto file. */
async function callGrpc(address: string, method: string, request: object, token: string): Promise<unknown> {
  const proto = join(scratch.folder, 'proto');
  const file = 'halftone/gift_cards/v1/gift_cards.proto';
  const loaded = loadPackageDefinition(loadSync(file, { includeDirs: [proto] })) as unknown as {
    halftone: { gift_cards: { v1: { GiftCardsService: new (...args: unknown[]) => Client } } };
  };
  const client = new loaded.halftone.gift_cards.v1.GiftCardsService(address, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  try {
    return await new Promise((resolve, reject) => {
      const call = Reflect.get(client, method) as (...args: unknown[]) => void;
      call.call(client, request, metadata, (error: Error | null, answer: unknown) =>
        error ? reject(error) : resolve(answer),
      );
    });
  } finally {
    client.close();
  }
}

async function callRest({ http }: Process, method: string, path: string, token: string, json?: object) {
  const headers = { authorization: `Bearer ${token}`, 'idempotency-key': key, 'content-type': 'application/json' };
  const answer = await fetch(http + path, { method, headers, ...(json && { body: JSON.stringify(json) }) });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

test('it says what to run next, and only the copy has the service', () => {
  expect(said).toMatch(/npm install[^]*\.\/halftone generate[^]*tsc -b/);
  expect(existsSync(join(root, 'apps', name))).toBe(false);
});

test('the service answers over gRPC and REST, and counts what it did for Prometheus', async () => {
  const [{ service, gateway }] = await Promise.all([processesOf(), build()]);
  scratch.start(name, service.env);
  scratch.start('gateway', gateway.env);
  await Promise.all([ready(service), ready(gateway)]);
  const [alice, bob] = [tokenOf('alice'), tokenOf('bob')];

  const created = await callRest(gateway, 'POST', `/v1/${name}`, alice, { text: 'over REST' });
  expect(created).toMatchObject({ status: 201, body: { text: 'over REST' } });
  const again = await callRest(gateway, 'POST', `/v1/${name}`, alice, { text: 'over REST' });
  expect(again.body).toEqual(created.body);
  const { id } = created.body;
  const request = { text: 'over gRPC', idempotencyKey: randomUUID() };
  expect(await callGrpc(service.grpc, 'createGiftCard', request, alice)).toMatchObject({
    giftCard: { text: 'over gRPC', customer: 'alice' },
  });
  expect(await callGrpc(service.grpc, 'getGiftCard', { id }, alice)).toMatchObject({ giftCard: { text: 'over REST' } });
  const hidden = callGrpc(service.grpc, 'getGiftCard', { id }, bob);
  await expect(hidden).rejects.toMatchObject({ code: 5 });
  const unknown = await callRest(gateway, 'GET', `/v1/${name}/${String(id)}`, bob);
  expect(unknown).toMatchObject({ status: 404, body: { code: 'GIFT_CARD_NOT_FOUND' } });
  const { body } = await callRest(gateway, 'GET', `/v1/${name}`, alice);
  expect(body['items']).toHaveLength(2);

  const metrics = await (await fetch(`${service.http}/metrics`)).text();
  expect(metrics).toMatch(/^gift_cards_created_total 2$/m);
  expect(metrics).toMatch(/^grpc_server_duration_seconds_count\{[^}]*GetGiftCard/m);
});

test('its types and its own tests hold, and so do those that look at every service', async () => {
  const specs = 'gift-card|requests.attack|permission|topology|environment.spec|connection-matrix|database-settings';
  const projects = [`apps/${name}`, 'apps/gateway', 'libs/kernel', 'libs/grpc', 'tools', 'proof'];
  const [, jest] = await Promise.all([
    scratch.run('tsc', '-b', `apps/${name}`, 'apps/gateway'),
    scratch.run('jest', '--projects', ...projects, '--testPathPatterns', specs, '--maxWorkers', '1'),
  ]);
  expect(jest).toMatch(/Test Suites: (1\d|2\d) passed, \1 total/);
});

test('Prometheus, the dashboards and the network test know it: the gateway may call it, the router may not', async () => {
  await scratch.run(process.execPath, 'cli/main.ts', 'generate', 'dashboards', 'chart');
  const variables = textOf('helm/halftone/files/dashboards/edge.json').match(/"[^"]*notifications[^"]*"/g);
  expect(variables?.some((text) => text.includes(`|${name}`))).toBe(true);
  const reaches = await scratch.ask<Record<string, boolean>>(
    `import { mayReach } from './proof/kubernetes/network/arrows.ts';
     const arrows = input.map(([from, to, port]) => [from + ' ' + to + ' ' + port, mayReach(from, to, port)]);
     process.stdout.write(JSON.stringify(Object.fromEntries(arrows)));`,
    [
      ['gateway', name, 'grpc'],
      [name, 'postgres', 'postgres'],
      ['prometheus', name, 'metrics'],
      ['graph', name, 'http'],
      [name, 'redis', 'redis'],
    ],
  );
  expect(reaches).toEqual({
    [`gateway ${name} grpc`]: true,
    [`${name} postgres postgres`]: true,
    [`prometheus ${name} metrics`]: true,
    [`graph ${name} http`]: false,
    [`${name} redis redis`]: false,
  });
});

/** Without helm, the specs above hold the values of the chart against the table of the services. */
const testWithHelm = findProgram('helm') ? test : test.skip;

testWithHelm('the chart runs it, has it scraped, and opens its arrows and no other', async () => {
  const rendered = await scratch.run('helm', 'template', 'halftone', 'helm/halftone', '--kube-version', '1.34.0');
  const manifests = parseAllDocuments(rendered).map((one) => one.toJS() as Manifest);
  const named = (kind: string, of: string) => manifests.find((one) => one?.kind === kind && one.metadata.name === of);
  const pod = named('Deployment', `halftone-${name}`)?.spec?.template.metadata;
  expect(pod?.annotations).toMatchObject({ 'prometheus.io/scrape': 'true' });
  expect(Object.keys(named('Secret', 'halftone-secrets')?.data ?? {})).toContain(`${name}-password`);
  writeFileSync(join(scratch.folder, 'manifests.json'), JSON.stringify(manifests.filter(Boolean)));
  const complaints = await scratch.ask(
    `import { readFileSync } from 'node:fs';
     import { arrowsOf } from './tools/chart/policy-arrows.ts';
     const manifests = JSON.parse(readFileSync('manifests.json', 'utf8'));
     process.stdout.write(JSON.stringify(arrowsOf(manifests)));`,
  );
  expect(complaints).toEqual([]);
});

interface Manifest {
  kind: string;
  metadata: { name: string };
  spec?: { template: { metadata: { annotations: Record<string, string> } } };
  data?: Record<string, string>;
}
