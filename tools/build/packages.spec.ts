import { closureOf, nameOf, needsOf, type Lockfile } from './packages.ts';

const lockfile: Lockfile = {
  'node_modules/sharp': {
    dependencies: { semver: '^7' },
    optionalDependencies: { '@img/linux': '1', '@img/linuxmusl': '1', '@img/darwin': '1' },
    peerDependencies: { types: '*' },
  },
  'node_modules/sharp/node_modules/semver': { dependencies: { lru: '1' } },
  'node_modules/semver': {},
  'node_modules/lru': { dependencies: { sharp: '*' } },
  'node_modules/types': {},
  'node_modules/@img/linux': { os: ['linux'], cpu: ['x64'], libc: ['glibc'] },
  'node_modules/@img/linuxmusl': { os: ['linux'], cpu: ['x64'], libc: ['musl'] },
  'node_modules/@img/darwin': { os: ['darwin'], cpu: ['x64'] },
};

const glibc = { os: 'linux', cpu: 'x64', libc: 'glibc' };

test('a package comes with all it needs, the nearest version, and the native part of this platform only', () => {
  expect(closureOf(lockfile, ['sharp'], glibc)).toEqual([
    'node_modules/@img/linux',
    'node_modules/lru',
    'node_modules/sharp',
    'node_modules/sharp/node_modules/semver',
  ]);
  expect(closureOf(lockfile, ['sharp'], { ...glibc, libc: 'musl' })).toContain('node_modules/@img/linuxmusl');
});

test('what is not locked is left out', () => {
  expect(closureOf(lockfile, ['unknown'], glibc)).toEqual([]);
});

test('what a package asks for includes its peers', () => {
  expect(needsOf(lockfile, 'node_modules/sharp')).toEqual(
    expect.arrayContaining(['node_modules/sharp/node_modules/semver', 'node_modules/types']),
  );
  expect(needsOf(lockfile, 'node_modules/sharp/node_modules/semver')).toEqual(['node_modules/lru']);
});

test('the name is what follows the last node_modules', () => {
  expect(nameOf('node_modules/a/node_modules/@scope/b')).toBe('@scope/b');
});
