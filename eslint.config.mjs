import nx from '@nx/eslint-plugin';
import json from 'jsonc-eslint-parser';
import ts from 'typescript-eslint';

/** Only libs speak to engines and transports; apps go through them. */
const drivers = ['pg', 'pg-*', 'ioredis', 'kafkajs', '@grpc/grpc-js'];

/** Loaded by NestJS by name, so no import names them. */
const peersOfNest = ['@grpc/grpc-js', '@apollo/server', '@apollo/subgraph', '@as-integrations/fastify', 'graphql'];

const words = ['layer:kernel', 'layer:contracts'];
const platform = ['layer:platform', ...words];
/** The libs of services that commands may import: cli -> proof -> tools -> these. */
const commands = ['layer:client', 'layer:local', ...words];

/** Who may import whom. Specs and fixtures may also import the testing lib, the client, and what one machine needs. */
const boundaries = (...alsoInSpecs) => [
  'error',
  {
    allow: [],
    banTransitiveDependencies: true,
    depConstraints: [
      { sourceTag: 'layer:kernel', onlyDependOnLibsWithTags: [], allowedExternalImports: [] },
      {
        sourceTag: 'layer:contracts',
        onlyDependOnLibsWithTags: [],
        allowedExternalImports: ['@bufbuild/*', '@grpc/grpc-js'],
      },
      { sourceTag: 'layer:client', onlyDependOnLibsWithTags: [], allowedExternalImports: [] },
      { sourceTag: 'layer:local', onlyDependOnLibsWithTags: [] },
      { sourceTag: 'layer:platform', onlyDependOnLibsWithTags: [...platform, ...alsoInSpecs] },
      { sourceTag: 'layer:testing', onlyDependOnLibsWithTags: [...platform, 'layer:testing', 'layer:local'] },
      {
        sourceTag: 'layer:app',
        onlyDependOnLibsWithTags: [...platform, ...alsoInSpecs],
        bannedExternalImports: drivers,
      },
      { sourceTag: 'layer:bench', onlyDependOnLibsWithTags: platform },
      { sourceTag: 'layer:tool', onlyDependOnLibsWithTags: [...commands, 'open:tools'] },
      { sourceTag: 'layer:proof', onlyDependOnLibsWithTags: ['layer:tool', ...commands] },
      { sourceTag: 'layer:cli', onlyDependOnLibsWithTags: ['layer:proof', 'layer:tool', ...commands] },
      { sourceTag: 'layer:e2e', onlyDependOnLibsWithTags: ['layer:proof', 'layer:tool', ...commands] },
    ],
  },
];

/** Where a service keeps one concern each. */
const feature = 'apps/*/src/{*,features/*}';
/** A file without a role suffix, of the same folder or of another one of the service. */
const pureFile = '(\\./|(\\.\\./)+[a-z0-9-]+/)[a-z0-9-]+';

const noImport = (regex, message) => ({ 'no-restricted-imports': ['error', { patterns: [{ regex, message }] }] });

const onlyConfigReadsTheEnvironment = {
  'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'read it in config.ts' }],
  'no-restricted-syntax': [
    'error',
    { selector: 'ImportDeclaration[source.value=/^(node:)?process$/]', message: 'use the process global' },
  ],
};

export default [
  {
    ignores: [
      '**/dist',
      '**/bundle',
      '**/bundle-test',
      '**/gen',
      '**/*.js',
      '**/*.cjs',
      '**/supergraph.ts',
      '.halftone',
      '.nx',
    ],
  },
  ...nx.configs['flat/base'],
  ...ts.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    rules: {
      '@nx/enforce-module-boundaries': boundaries(),
      ...onlyConfigReadsTheEnvironment,
      'max-lines': ['error', 400],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['**/package.json'],
    ignores: ['tools/generators/package.json'],
    languageOptions: { parser: json },
    rules: {
      '@nx/dependency-checks': [
        'error',
        {
          ignoredFiles: ['**/*.spec.ts', '**/*.fixture.ts', '**/jest.config.js', '**/generators/**'],
          ignoredDependencies: peersOfNest,
        },
      ],
    },
  },
  {
    files: ['**/config.ts', '{cli,proof,tools,e2e}/**/*.ts', 'libs/{testing,local}/**/*.ts'],
    ignores: ['proof/bench/programs/**'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['**/*.spec.ts', '**/*.fixture.ts'],
    rules: { '@nx/enforce-module-boundaries': boundaries('layer:testing', 'layer:client', 'layer:local') },
  },
  {
    files: ['apps/*/page/**/*.{ts,tsx}'],
    rules: { '@nx/enforce-module-boundaries': boundaries('layer:client') },
  },
  { files: ['**/*.spec.ts'], rules: { 'max-lines-per-function': 'off' } },
  {
    files: ['tools/!(dlq)/**/*.ts'],
    rules: noImport(
      '^@halftone/kafka',
      'only dlq uses the desk of the services; the rest judges or runs them from outside',
    ),
  },
  { files: ['libs/kernel/src/**/!(*.spec).ts'], rules: noImport('^[^.]', 'the kernel imports nothing') },
  {
    files: ['libs/client/src/**/!(*.spec).ts'],
    rules: noImport('^[^.]', 'the client runs in browsers, Node and k6: it imports nothing'),
  },
  {
    files: [`${feature}/+([a-z0-9-]).ts`],
    rules: noImport(`^(?!@halftone/(kernel|contracts)$|${pureFile}$)`, 'a file without a role suffix is pure'),
  },
  {
    files: [`${feature}/*.{grpc,http,graphql,consumer}.ts`],
    rules: noImport('\\.store$', 'an edge calls the service, never the store'),
  },
];
