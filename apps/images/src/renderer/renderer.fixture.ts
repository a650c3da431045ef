import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { limits } from '@halftone/contracts';
import * as esbuild from 'esbuild';
import type { RendererOptions } from './renderer.service';

const program = join(__dirname, '../../dist/test/renderer.program.js');

/** Bundles the program from source. Spec files that run in parallel overwrite it with the same content. */
export async function builtRenderer(memoryBytes = limits.decodeMemory.value): Promise<RendererOptions> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(__dirname, 'renderer.program.ts')],
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    conditions: ['@halftone/source'],
    external: ['sharp', '@grpc/grpc-js'],
    logLevel: 'error',
  });
  await esbuild.stop();
  await mkdir(dirname(program), { recursive: true });
  const own = `${program}.${process.pid}`;
  await writeFile(own, outputFiles[0]?.contents ?? '');
  await rename(own, program);
  return { memoryBytes, program };
}
