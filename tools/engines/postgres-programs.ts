/**
 * Finds PostgreSQL's programs, and the folder and OS user they can work with. The server refuses to run as root;
 * then it runs as `postgres`, or `nobody`, who must be able to enter every parent of its programs and its data.
 */
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { capture, findProgram } from '../os/command.ts';
import { home, programHome } from '../os/config.ts';
import { Unavailable } from '../os/unavailable.ts';
import { packagesFor, thisPlatform } from './platform.ts';
import { requireMajor, versionIn } from './way.ts';

export interface PostgresPrograms {
  /** Folder of `postgres` and `initdb`. */
  bin: string;
  major: number;
  /** Where its data goes. */
  home: string;
  /** Where the programs are unpacked. */
  programs: string;
  user?: OsUser | undefined;
}

interface OsUser {
  name: string;
  uid: number;
  gid: number;
}

export async function findPostgres(way: 'path' | 'packages'): Promise<PostgresPrograms> {
  const place = await findPlace();
  return way === 'path' ? { ...(await postgresOnPath()), ...place } : fromPackage(place);
}

type Place = Pick<PostgresPrograms, 'home' | 'programs' | 'user'>;

/** The folders of data and programs, and the user of the server. */
export async function findPlace(): Promise<Place> {
  const user = process.getuid?.() === 0 ? await unprivilegedUser() : undefined;
  return { home: accessibleFolder(home, user), programs: accessibleFolder(programHome, user), user };
}

export async function postgresOnPath(): Promise<Pick<PostgresPrograms, 'bin' | 'major'>> {
  const server = findProgram('postgres');
  const initdb = findProgram('initdb');
  if (!server || !initdb) throw new Unavailable('postgres and initdb are not on PATH');
  const version = (await capture(server, ['--version'])).replace('(PostgreSQL)', '');
  requireMajor(server, version, 18);
  return { bin: dirname(server), major: versionIn(version)[0] ?? 18 };
}

/** npm keeps no symbolic links, so the package is copied and its list of links is followed. */
function fromPackage(place: Place): PostgresPrograms {
  const source = packageFolder();
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as { version: string };
  const target = join(place.programs, 'engines', `postgres-${version}`);
  if (!existsSync(target)) {
    const part = `${target}.part`;
    rmSync(part, { recursive: true, force: true });
    cpSync(join(source, 'native'), join(part, 'native'), { recursive: true, mode: 1 });
    const links = JSON.parse(readFileSync(join(part, 'native/pg-symlinks.json'), 'utf8')) as Record<
      'source' | 'target',
      string
    >[];
    for (const link of links) symlinkSync(basename(link.source), join(part, link.target));
    renameSync(part, target);
  }
  return { bin: join(target, 'native/bin'), major: versionIn(version)[0] ?? 18, ...place };
}

/** Of the npm package; throws Unavailable when this platform has none, or it is not installed. */
export function packageFolder(): string {
  const { postgres } = packagesFor(thisPlatform());
  try {
    return resolve(dirname(createRequire(import.meta.url).resolve(postgres)), '..');
  } catch {
    throw new Unavailable(`the npm package ${postgres} is not installed: npm ci --include=optional`);
  }
}

export async function unprivilegedUser(): Promise<OsUser> {
  for (const name of ['postgres', 'nobody']) {
    const ids = await Promise.all(['-u', '-g'].map((option) => capture('id', [option, name]))).catch(() => []);
    const [uid, gid] = ids.map(Number);
    if (uid && gid) return { name, uid, gid };
  }
  throw new Unavailable('PostgreSQL refuses to run as root, and there is no OS user postgres or nobody');
}

/** The folder, or when the user cannot get there, one of its own under the system's temporary one. */
function accessibleFolder(folder: string, user: OsUser | undefined): string {
  mkdirSync(folder, { recursive: true });
  if (!user || parentsOf(folder).every((parent) => canEnter(parent, user))) return folder;
  const other = join(tmpdir(), `halftone-${createHash('sha256').update(folder).digest('hex').slice(0, 8)}`);
  mkdirSync(other, { recursive: true, mode: 0o755 });
  const { uid } = lstatSync(other);
  if (uid !== process.getuid?.()) throw new Unavailable(`${other} belongs to somebody else`);
  return other;
}

const parentsOf = (folder: string): string[] =>
  folder === dirname(folder) ? [folder] : [folder, ...parentsOf(dirname(folder))];

function canEnter(folder: string, { uid, gid }: OsUser): boolean {
  const { mode, uid: owner, gid: group } = statSync(folder);
  const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
  return (mode & bit) !== 0;
}
