import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { transformFileSync } from '@swc/core';
import type { Plugin } from 'esbuild';

/** Keeps decorator metadata, as the build of the services does. */
const swc: Plugin = {
  name: 'swc',
  setup(build) {
    build.onLoad({ filter: /\/(libs|apps)\/.*\.ts$/ }, ({ path }) => {
      const parser = { syntax: 'typescript', decorators: true } as const;
      const transform = { legacyDecorator: true, decoratorMetadata: true };
      const jsc = { target: 'es2022', keepClassNames: true, parser, transform } as const;
      return { contents: transformFileSync(path, { swcrc: false, jsc }).code, loader: 'js' };
    });
    build.onResolve({ filter: /^[@a-z]/ }, ({ path }) =>
      path.startsWith('@halftone/') ? undefined : { path, external: true },
    );
  },
};

/** Bundles a source file with the current source of the libs it uses into a program for Node. */
export async function buildProgram(entryPoint: string, outfile: string): Promise<void> {
  const esbuild = await import('esbuild');
  mkdirSync(dirname(outfile), { recursive: true });
  await esbuild.build({
    entryPoints: [entryPoint],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    conditions: ['@halftone/source'],
    keepNames: true,
    plugins: [swc],
    logLevel: 'error',
  });
  await esbuild.stop();
}

/** A program in its own process, so a test continues when the program hangs or dies. */
export class Program {
  private output = '';

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (text) => (this.output += String(text)));
    child.stderr?.on('data', (text) => (this.output += String(text)));
  }

  static start(path: string, env: Readonly<Record<string, string>>): Program {
    const args = ['--disable-warning=TimeoutNegativeWarning', path];
    return new Program(spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Everything it has written to stdout and stderr. */
  get log(): string {
    return this.output;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL' | 'SIGTERM'): void {
    this.child.kill(name);
  }

  async ended(): Promise<void> {
    if (!this.hasEnded) await once(this.child, 'exit');
  }

  async end(): Promise<void> {
    this.signal('SIGCONT');
    this.signal('SIGKILL');
    await this.ended();
  }
}
