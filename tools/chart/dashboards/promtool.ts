/**
 * Prometheus' own checker: from PATH, from the official image, or unpacked from Debian's package, which needs no root.
 * It runs in the chart's folder, so paths are relative to that.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { capture, CommandFailed, findProgram } from '../../os/command.ts';
import { root } from '../../os/config.ts';
import { paths } from '../../os/home.ts';
import { Unavailable } from '../../os/unavailable.ts';

const chart = join(root, 'helm/halftone');
const image = 'prom/prometheus:v3.16.0';
const answerMs = 120_000;

/** How it is called, before its own arguments. */
export type Promtool = readonly [command: string, ...args: string[]];

export interface Judgement {
  ok: boolean;
  output: string;
}

/** Throws Unavailable with one line per way that did not work. */
export async function findPromtool(): Promise<Promtool> {
  const refused: string[] = [];
  for (const [way, find] of Object.entries({ path: onPath, docker: inImage, debian: fromDebian })) {
    try {
      const promtool = await find();
      await capture(promtool[0], [...promtool.slice(1), '--version'], { timeoutMs: answerMs });
      return promtool;
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      refused.push(`${way}: ${error.message}`);
    }
  }
  throw new Unavailable(`no promtool; install Prometheus (it is part of it). ${refused.join('; ')}`);
}

async function onPath(): Promise<Promtool> {
  const program = findProgram('promtool');
  if (!program) throw new Unavailable('promtool is not on PATH');
  return [program];
}

async function inImage(): Promise<Promtool> {
  const docker = findProgram('docker');
  if (!docker) throw new Unavailable('docker is not installed');
  const folder = ['--volume', `${chart}:/chart:ro`, '--workdir', '/chart'];
  return [docker, 'run', '--rm', '--interactive', ...folder, '--entrypoint', '/bin/promtool', image];
}

const debianFolder = join(paths.engines, 'promtool');
export const unpackedPromtool = join(debianFolder, 'usr/bin/promtool');

async function fromDebian(): Promise<Promtool> {
  if (!existsSync(unpackedPromtool)) await unpackDebian(debianFolder);
  return [unpackedPromtool];
}

/** In a folder of its own until it is whole, as two commands may do it at the same time. */
async function unpackDebian(folder: string): Promise<void> {
  const [apt, dpkg] = [findProgram('apt-get'), findProgram('dpkg')];
  if (!apt || !dpkg) throw new Unavailable('not a Debian');
  const part = `${folder}.${process.pid}.part`;
  mkdirSync(part, { recursive: true });
  const download = () => capture(apt, ['download', 'prometheus'], { cwd: part, timeoutMs: answerMs });
  try {
    // A machine that has just been installed knows of no package yet.
    await download().catch(() => capture(apt, ['update'], { timeoutMs: answerMs }).then(download));
    const [file] = readdirSync(part).filter((name) => name.endsWith('.deb'));
    await capture(dpkg, ['-x', join(part, file ?? ''), part], { timeoutMs: answerMs });
    if (!existsSync(folder)) renameSync(part, folder);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

const filesIn = (folder: string) => readdirSync(join(chart, folder)).map((name) => `${folder}/${name}`);

/** Do the metrics of a process parse, and do their names follow Prometheus' conventions? */
export const judgeMetrics = (promtool: Promtool, metrics: string): Promise<Judgement> =>
  judge(async () => {
    const [command, ...first] = promtool;
    return capture(command, [...first, 'check', 'metrics'], { input: metrics, timeoutMs: answerMs });
  });

/** Do the rules parse, and does every alert fire when it should and only then? */
export async function judgeRules(promtool: Promtool): Promise<Judgement> {
  const [command, ...first] = promtool;
  const ask = (...args: string[]) => capture(command, [...first, ...args], { cwd: chart, timeoutMs: answerMs });
  return judge(
    async () =>
      (await ask('check', 'rules', ...filesIn('files/rules'))) +
      (await ask('test', 'rules', ...filesIn('tests/rules'))),
  );
}

async function judge(ask: () => Promise<string>): Promise<Judgement> {
  try {
    return { ok: true, output: await ask() };
  } catch (error) {
    if (error instanceof CommandFailed) return { ok: false, output: error.output };
    throw error;
  }
}
