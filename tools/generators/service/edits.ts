/**
 * The places outside its own folder that name a service. A place that is computed from tools/shop/topology.ts and the contracts
 * needs no line here. The arrows in proof/kubernetes are a copy on purpose: they judge the chart, so read the new lines.
 * Pure.
 */
import type { Names } from './names.ts';
import { afterLast, before, type Change, imported, json, lineAfter, lineBefore, within } from './text-edit.ts';

type Edits = Readonly<Record<string, readonly Change[]>>;

/** The changes of each file, by path. */
export const editsOf = (names: Names): Edits => ({
  ...workspace(names),
  ...contracts(names),
  ...permissions(names),
  ...gateway(names),
  ...shop(names),
  ...chart(names),
  ...specs(names),
});

interface TsConfig {
  references: { path: string }[];
}
interface Lockfile {
  packages: Record<string, object>;
}

const workspace = ({ name }: Names): Edits => ({
  'tsconfig.json': [
    json<TsConfig>(({ references }) => {
      const last = references.findLastIndex(({ path }) => path.startsWith('./apps/') && path !== './apps/console');
      references.splice(last + 1, 0, { path: `./apps/${name}` });
    }),
  ],
  'package-lock.json': [
    json<Lockfile>((lock) => {
      const dependencies = ['contracts', 'grpc', 'kernel', 'postgres', 'service'].map((lib) => `@halftone/${lib}`);
      const all = [...dependencies, '@nestjs/common', 'kysely', 'zod'].map((dependency) => [dependency, '*']);
      const devDependencies = { '@halftone/testing': '*' };
      const folder = `apps/${name}`;
      const made = {
        name: `@halftone/${name}`,
        version: '0.0.0',
        dependencies: Object.fromEntries(all),
        devDependencies,
      };
      lock.packages[folder] = made;
      lock.packages[`node_modules/@halftone/${name}`] = { resolved: folder, link: true };
      const [root, ...rest] = Object.entries(lock.packages);
      lock.packages = Object.fromEntries([
        ...(root ? [root] : []),
        ...rest.sort(([a], [b]) => a.localeCompare(b, 'en')),
      ]);
    }),
  ],
  'README.md': [
    within(/^  gateway -->\|gRPC\|.*$/m, afterLast(/$/, ` & ${name}`)),
    within(/^  .*--- postgres\[.*$/m, before(/ --- postgres/, ` & ${name}`)),
    within(/^\| `apps\/` \|.*$/m, before(/, `realtime`/, `, \`${name}\``)),
  ],
  'docker/Dockerfile': [within(/SERVICE: gateway .*$/m, before(/ realtime/, ` ${name}`))],
});

const contracts = ({ name, nameSnake, version, entitySnake, entityWords }: Names): Edits => ({
  'libs/contracts/src/versions.ts': [
    lineAfter(/^export \* as /, `export * as ${version} from './gen/halftone/${nameSnake}/v1/${nameSnake}';`),
  ],
  'libs/contracts/src/retention.ts': [
    within(
      /export const serviceTables[^]*?^\};$/m,
      before(/^\};$/m, `  '${name}': {\n    ${entitySnake}: business('each ${entityWords}'),\n  },\n`),
    ),
  ],
  'docs/retention.md': [
    lineAfter(/^\| `/, `| \`${name}.${entitySnake}\` | forever | the business record: each ${entityWords} |`),
  ],
});

const permissions = (names: Names): Edits => {
  const { name, nameCamel, Name, ENTITY, entityWords } = names;
  return {
    'libs/kernel/src/errors.ts': [
      lineAfter(
        /^  [A-Z_]+_NOT_FOUND: \{ http: 404/,
        `  ${ENTITY}_NOT_FOUND: { http: 404, grpc: 5, title: 'No such ${entityWords}' },`,
      ),
    ],
    'libs/kernel/src/permissions/table.ts': [
      lineAfter(/^import /, `import { of${Name} } from './${name}';`),
      lineAfter(/^  \.\.\.of/, `  ...of${Name},`),
    ],
    'docs/permissions.md': [
      within(/<!-- cells -->[^]*?<!-- cells -->/, lineAfter(/^\| \S+\.\S+ \|/, cellsOf(names).join('\n'))),
      within(/<!-- endpoints -->[^]*/, lineAfter(/^\| \S+\.\S+ \|/, endpointsOf(names).join('\n'))),
    ],
    'e2e/src/permissions/probes.ts': [
      lineBefore(/^import type/, `import { ${nameCamel}Probes } from './${name}.probes';`),
      lineAfter(/^  \.\.\./, `  ...${nameCamel}Probes,`),
    ],
    'proof/conformance/grpcurl.ts': [
      lineAfter(
        /^  'halftone\.\w+\.v1\./,
        `  'halftone.${names.nameSnake}.v1.${Name}Service': { method: 'List${Name}', request: { limit: 1 } },`,
      ),
    ],
  };
};

function cellsOf({ nameCamel, Name, Entity, ENTITY }: Names): string[] {
  const row = (method: string, caller: string, outcome: string) =>
    `| ${nameCamel}.${method} | ${caller} | - | ${outcome} |`;
  const signedIn = (method: string) => [
    row(method, 'anonymous', 'UNAUTHENTICATED'),
    row(method, 'owner', 'ok'),
    row(method, 'operator', 'ok'),
  ];
  const [anonymous = '', ...allowed] = signedIn(`Get${Entity}`);
  const other = row(`Get${Entity}`, 'other', `${ENTITY}_NOT_FOUND`);
  return [...signedIn(`Create${Entity}`), anonymous, other, ...allowed, ...signedIn(`List${Name}`)];
}

function endpointsOf({ name, nameCamel, nameSnake, Name, Entity }: Names): string[] {
  const row = (method: string, route: string) =>
    `| ${nameCamel}.${method} | \`gRPC halftone.${nameSnake}.v1.${Name}Service/${method}\`, \`REST ${route}\` |`;
  return [
    row(`Create${Entity}`, `POST /v1/${name}`),
    row(`Get${Entity}`, `GET /v1/${name}/:id`),
    row(`List${Name}`, `GET /v1/${name}`),
  ];
}

const gateway = ({ name, nameCamel, Name, NAME, version, entity, Entity }: Names): Edits => ({
  'apps/gateway/src/clients.ts': [
    imported(version, '@halftone/contracts'),
    lineAfter(/^export const /, `export const ${NAME} = Symbol('${nameCamel}.${Name}Service');`),
    lineAfter(/^export type /, `export type ${Name}Client = GrpcClient<typeof ${version}.${Name}ServiceService>;`),
  ],
  'apps/gateway/src/config.ts': [lineAfter(/_GRPC: peerUrl\(/, `  ${NAME}_GRPC: peerUrl('${name}'),`)],
  'apps/gateway/src/gateway.module.ts': [
    imported(version, '@halftone/contracts'),
    imported(NAME, './clients'),
    lineAfter(/^import .*\.http'/, `import { ${Entity}Http } from './${entity}/${entity}.http';`),
    lineAfter(
      /\.\.\.grpcClient\(/,
      `  ...grpcClient(${NAME}, ${version}.${Name}ServiceService, { url: config.${NAME}_GRPC }),`,
    ),
    within(/controllers: \[[^]*?\]/, before(/\s*\]/, `\n        ${Entity}Http,`)),
  ],
  'apps/gateway/src/gateway.module.spec.ts': [
    lineAfter(/_GRPC: '/, `    ${NAME}_GRPC: '${name}:9090',`),
    before(/,?\s*\]\.map\(\s*\(name\) => `grpc/, `, '${name}'`),
  ],
  'apps/gateway/src/services.fixture.ts': [
    imported(`type ${version}`, '@halftone/contracts'),
    within(/type Handlers =[^]*?;/, before(/;/, ` &\n  GrpcHandlers<typeof ${version}.${Name}ServiceService>`)),
    lineAfter(/_GRPC: grpcUrl/, `  ${NAME}_GRPC: grpcUrl,`),
  ],
});

const shop = ({ name, NAME }: Names): Edits => ({
  'tools/shop/topology.ts': [
    lineBefore(
      /^  \{\n    name: 'gateway'/,
      `  { name: '${name}', replicas: 1, grpc: true, edge: false, calls: ['postgres'] },`,
    ),
    within(/name: 'gateway',[^]*?calls: \[[^\]]*\]/, before(/,\s*'redis',?\s*\]/, `, '${name}.grpc'`)),
  ],
  'docker/compose.yaml': [
    within(/^  gateway:[^]*?^  graph:/m, lineAfter(/_GRPC: /, `      ${NAME}_GRPC: ${name}:9090`)),
    lineBefore(/^  realtime:/, containerOf(name, NAME)),
    lineAfter(/HALFTONE_ROLE_PASSWORD_/, `      HALFTONE_ROLE_PASSWORD_${NAME}: \${${NAME}_ROLE_PASSWORD:?}`),
  ],
});

const containerOf = (name: string, NAME: string) => `  ${name}:
    <<: [*ours, *after-database]
    image: halftone/${name}:\${HALFTONE_TAG:-latest}
    build: { <<: *build, args: { SERVICE: ${name} } }
    healthcheck: *healthcheck
    environment:
      <<: *everyone
      DATABASE_URL: postgres://halftone_${name}:\${${NAME}_ROLE_PASSWORD:?}@postgres:5432/halftone`;

const chart = ({ name }: Names): Edits => ({
  'helm/halftone/values.yaml': [
    within(/^  gateway:\n    calls:[^\]]*\]/m, before(/,\s*redis,?\s*\]/, `, ${name}.grpc`)),
    lineBefore(/^  realtime:\n    calls/, `  ${name}:\n    grpc: true\n    calls: [postgres]`),
  ],
  'helm/halftone/values.schema.json': [within(/"enum": \[\s*"orders"[^\]]*\]/, before(/\s*\]/, `, "${name}"`))],
  'helm/halftone/templates/_engines.tpl': [within(/define "halftone\.roles" .*/, before(/\{\{- end/, ` ${name}`))],
  'helm/halftone/README.md': [
    within(/^.*`superuser-password`.*$/m, afterLast(/`[a-z-]+-password`/, `, \`${name}-password\``)),
  ],
  'proof/kubernetes/network/arrows.ts': [
    within(/const services = \[[^\]]*\]/, before(/,?\s*\]/, `, '${name}'`)),
    within(/^  gateway: \{[^]*?^  graph/m, before(/,\s*\.\.\.redis/, `, ...each(['${name}'], 'grpc')`)),
    lineAfter(/^  bank: postgres,/, `  '${name}': postgres,`),
  ],
});

const specs = ({ name }: Names): Edits => ({
  'libs/postgres/src/retention.int.spec.ts': [
    within(/(?<=expect\(schemas\)\.toEqual\(\[)[^\]]*/, (list) =>
      [...list.split(', '), `'${name}'`].toSorted().join(', '),
    ),
  ],
});
