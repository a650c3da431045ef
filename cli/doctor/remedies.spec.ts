import type { System } from './machine.ts';
import type { ProbeName } from './probes.ts';
import { remedyFor } from './remedies.ts';
import { waysOf } from './ways.ts';

const needed = new Set(
  waysOf(['docker', 'path', 'packages']).flatMap(({ needs }) =>
    needs.flatMap(({ anyOf, advise }) => advise ?? anyOf[0]),
  ),
);
/** Always there, or its own message says what to do. */
const without: readonly (ProbeName | undefined)[] = ['node', 'valkey-package'];

test.each<[System, string]>([
  ['debian', 'sudo apt-get install default-jre-headless maven'],
  ['ubuntu', 'sudo apt-get install openjdk-21-jre-headless maven'],
  ['fedora', 'sudo dnf install java-21-openjdk-headless maven'],
  ['macos', 'brew install openjdk@21 maven && export JAVA_HOME="$(brew --prefix openjdk@21)"'],
])("%s gets Kafka's programs by one command", (system, command) => {
  expect(remedyFor(['java', 'maven'], system, false)).toBe(command);
});

test('root needs no sudo', () => {
  expect(remedyFor(['docker-program', 'docker'], 'fedora', true)).toBe(
    'dnf install moby-engine && systemctl enable --now docker',
  );
});

test("Ubuntu takes Debian's packages, but for those of its own", () => {
  expect(remedyFor(['php'], 'ubuntu', false)).toBe('sudo apt-get install php-cli php-soap');
  expect(remedyFor(['chromium'], 'ubuntu', false)).toMatch(/^sudo snap install chromium && /);
  expect(remedyFor(['docker'], 'ubuntu', false)).toBe('sudo systemctl enable --now docker');
});

test('where no command is known it is a page', () => {
  expect(remedyFor(['helm'], 'debian', false)).toMatch(/^https:/);
  expect(remedyFor(['java', 'maven'], undefined, false)).toMatch(/^https:.*; https:/);
});

test.each<System | 'unknown'>(['debian', 'ubuntu', 'fedora', 'macos', 'unknown'])(
  'whatever is missing has a remedy on %s',
  (system) => {
    const probes = [...needed].filter((probe) => probe !== undefined && !without.includes(probe)) as ProbeName[];
    expect(probes.length).toBeGreaterThan(20);
    const silent = probes.filter((probe) => !remedyFor([probe], system === 'unknown' ? undefined : system, false));
    expect(silent).toEqual([]);
  },
);
