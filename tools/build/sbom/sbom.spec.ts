import { packagesIn } from '../bundle-contents.ts';
import { readLockfile, type Lockfile } from '../packages.ts';
import { root } from '../../os/config.ts';
import { sbomOf } from './sbom.ts';

const id = '0198f0c2-7a11-7000-8000-000000000000';
const now = new Date('2026-11-22T20:00:00Z');
const lockfile = readLockfile(root);

const sbomWith = (packages: string[], declared: string[] = [], known: Lockfile = lockfile) =>
  sbomOf({ service: 'orders', version: 'abc', base: 'node:24', packages, declared: new Set(declared) }, known, id, now);

/** The report of the bundler about these files. */
const inputs = (files: string[]) => Object.fromEntries(files.map((file) => [file, { bytesInOutput: 1 }]));

test('names packages that are in the bundle, and no others, such as those for development', () => {
  const sbom = sbomWith(
    packagesIn(inputs(['node_modules/kafkajs/index.js', 'node_modules/@grpc/grpc-js/build/src/index.js'])),
  );
  expect(sbom.components.map(({ purl }) => purl?.split(/(?<!\/)@/)[0]).sort()).toEqual([
    'pkg:npm/%40grpc/grpc-js',
    'pkg:npm/kafkajs',
  ]);
  for (const name of ['jest', 'typescript', 'esbuild']) {
    expect(lockfile[`node_modules/${name}`]?.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(sbom.components.find((component) => component.name === name)).toBeUndefined();
  }
});

test('says of each the version, the licence and the hash that the lockfile has', () => {
  const { version, integrity } = lockfile['node_modules/kafkajs'] ?? {};
  const content = Buffer.from(integrity?.replace('sha512-', '') ?? '', 'base64').toString('hex');
  expect(sbomWith(['node_modules/kafkajs']).components).toEqual([
    {
      type: 'library',
      'bom-ref': `pkg:npm/kafkajs@${version}`,
      name: 'kafkajs',
      version,
      purl: `pkg:npm/kafkajs@${version}`,
      licenses: [{ expression: 'MIT' }],
      hashes: [{ alg: 'SHA-512', content }],
    },
  ]);
  expect(content).toHaveLength(128);
});

describe('of packages that need each other', () => {
  const known: Lockfile = {
    'node_modules/a': { version: '1.0.0', dependencies: { b: '^2', gone: '*' } },
    'node_modules/a/node_modules/b': { version: '2.0.0' },
    'node_modules/b': { version: '1.0.0' },
    'node_modules/c': { version: '1.0.0' },
    'node_modules/c/node_modules/b': { version: '2.0.0' },
  };

  it('says who needs whom, as far as both are inside', () => {
    const sbom = sbomWith(['node_modules/a', 'node_modules/a/node_modules/b'], ['a', 'c'], known);
    expect(sbom.dependencies).toEqual([
      { ref: 'halftone/orders', dependsOn: ['pkg:npm/a@1.0.0'] },
      { ref: 'pkg:npm/a@1.0.0', dependsOn: ['pkg:npm/b@2.0.0'] },
      { ref: 'pkg:npm/b@2.0.0', dependsOn: [] },
    ]);
  });

  it('has the same version in two places once, two versions twice', () => {
    const places = ['node_modules/a/node_modules/b', 'node_modules/b', 'node_modules/c/node_modules/b'];
    expect(sbomWith(places, [], known).components.map(({ version }) => version)).toEqual(['2.0.0', '1.0.0']);
  });

  it('refuses what the lockfile does not know', () => {
    expect(() => sbomWith(['node_modules/smuggled'], [], known)).toThrow(/not in package-lock.json: run npm ci/);
  });
});
