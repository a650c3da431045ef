/** Installs what only a comparison needs, in exact versions, outside the project's packages. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { programHome } from '@halftone/tools/os/config.ts';
import { capture, findProgram } from '@halftone/tools/os/command.ts';
import { findGo } from '@halftone/tools/os/go.ts';
import { peerFile } from './program.ts';

const home = join(programHome, 'peers');

/** The folder of an npm package, installed. */
export async function npmPackage(name: string, version: string, signal: AbortSignal): Promise<string> {
  const prefix = join(home, `${name}-${version}`);
  const folder = join(prefix, 'node_modules', name);
  if (existsSync(folder)) return folder;
  mkdirSync(prefix, { recursive: true });
  const npm = findProgram('npm');
  if (!npm) throw new Error(`npm is needed to install ${name}`);
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock'];
  await capture(npm, ['install', '--prefix', prefix, ...flags, `${name}@${version}`], { signal });
  return folder;
}

/** A program built from the Go module in this folder of the peers. */
export async function goProgram(name: string, signal: AbortSignal): Promise<string> {
  const file = join(home, name);
  const go = findGo();
  if (existsSync(file)) return file;
  if (!go) throw new Error(`Go 1.26 is needed to build ${name}`);
  mkdirSync(home, { recursive: true });
  await capture(go, ['build', '-trimpath', '-o', file, '.'], { cwd: peerFile(name), signal });
  return file;
}
