/** From the manifest a chart renders to images in the cluster: which there are, which docker can have, and their loading. */
import { mkdtempSync, rmSync } from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { CommandFailed, type CommandOptions } from '../os/command.ts';
import { listAll } from './kubectl.ts';
import type { Node } from './objects.ts';
import { run } from '../os/program.ts';
import { ownName, type Target } from './target.ts';

/** Every image that a container or init container of these documents runs, once, sorted. Pure. */
export function imagesOf(manifest: string): string[] {
  const documents = parseAllDocuments(manifest).map((document) => document.toJS() as unknown);
  return [...new Set(documents.flatMap(imagesIn))].sort();
}

function imagesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(imagesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    if (key !== 'containers' && key !== 'initContainers') return imagesIn(inner);
    return (inner as { image?: string }[] | null)?.flatMap(({ image }) => image ?? []) ?? [];
  });
}

export interface Refusal {
  image: string;
  reason: string;
}

/** Pulls missing images. Returns those that are not available. */
export async function obtainImages(
  images: readonly string[],
  describe: (text: string) => void,
  options: CommandOptions = {},
): Promise<Refusal[]> {
  const refused: Refusal[] = [];
  for (const image of images) {
    if (await isPresent(image)) continue;
    describe(`pulling ${image}`);
    await run('docker', ['pull', '--quiet', image], options).catch((error: Error) => {
      options.signal?.throwIfAborted();
      refused.push({ image, reason: error.message });
    });
  }
  return refused;
}

const isPresent = (image: string): Promise<boolean> =>
  run('docker', ['image', 'inspect', '--format', '{{.Id}}', image], { timeoutMs: 30_000 }).then(
    () => true,
    () => false,
  );

/** Loads local images into an own cluster when its nodes do not have them; returns these. Other clusters get none. */
export async function loadImages(
  target: Target,
  images: readonly string[],
  options: CommandOptions = {},
): Promise<string[]> {
  if (target.way === 'context') return [];
  const there = await imagesOnNodes(target);
  const missing = images.filter((image) => !there.has(image));
  if (missing.length === 0) return [];
  if (target.way === 'minikube') await run('minikube', ['--profile', ownName, 'image', 'load', ...missing], options);
  else await loadIntoKind(missing, options);
  return missing;
}

/** As `docker` names them. A node lists at most 50, and what it has just got some seconds later: loading twice does no harm. */
async function imagesOnNodes(target: Target): Promise<ReadonlySet<string>> {
  const nodes = await listAll<Node>(target, ['nodes']);
  const names = nodes.flatMap(({ status }) => (status.images ?? []).flatMap((image) => image.names ?? []));
  return new Set(names.map((name) => name.replace(/^docker\.io\/(library\/)?/, '')));
}

/** One archive, so that layers which images share are written and read once. */
async function loadIntoKind(images: readonly string[], options: CommandOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'halftone-images-'));
  const archive = join(folder, 'images.tar');
  const load = async (...platform: string[]) => {
    await run('docker', ['image', 'save', ...platform, '--output', archive, ...images], options);
    await run('kind', ['load', 'image-archive', archive, '--name', ownName], options);
  };
  try {
    // kind imports all platforms of an image, of which Docker's containerd store has pulled only one:
    // https://github.com/kubernetes-sigs/kind/issues/3795
    await load().catch((error: unknown) => {
      if (!(error instanceof CommandFailed) || !error.output.includes('content digest')) throw error;
      return load('--platform', `linux/${arch() === 'x64' ? 'amd64' : arch()}`);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
