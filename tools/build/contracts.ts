/** Generates from proto/: the TypeScript of the messages, and the descriptors for gRPC reflection. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Finished, run } from '../check/command.ts';

export const generatedFolder = 'libs/contracts/src/gen';

/** Our services, and those that the gRPC libraries serve in every process. */
const reflection = 'node_modules/@grpc/reflection/build/proto';
const sources: readonly (readonly string[])[] = [
  ['.'],
  ['node_modules/grpc-health-check/proto'],
  [reflection, '--path', join(reflection, 'grpc')],
];

interface DescriptorSet {
  file: { name: string }[];
}

/** Writes below `folder`, the root of a working copy. Stops at the first program that fails and answers with what it said. */
export async function generateContracts(folder: string, signal: AbortSignal): Promise<Finished> {
  const made = await run('buf', ['generate', '-o', folder], { signal });
  return made.code === 0 ? describe(join(folder, generatedFolder, 'descriptors.json'), signal) : made;
}

async function describe(target: string, signal: AbortSignal): Promise<Finished> {
  const folder = await mkdtemp(join(tmpdir(), 'halftone-descriptors-'));
  try {
    const files = new Map<string, unknown>();
    for (const [index, source] of sources.entries()) {
      const part = join(folder, `${index}.json`);
      const options = ['--as-file-descriptor-set', '--exclude-source-info', '-o', part];
      const built = await run('buf', ['build', ...source, ...options], { signal });
      if (built.code !== 0) return built;
      const { file } = JSON.parse(await readFile(part, 'utf8')) as DescriptorSet;
      for (const one of file) files.set(one.name, one);
    }
    await writeFile(target, `${JSON.stringify({ file: [...files.values()] })}\n`);
    return { code: 0, output: '' };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
