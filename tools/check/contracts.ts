/** The proto files pass the linter, no change breaks clients, and generated files are current. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../os/config.ts';
import { generateContracts, generatedFolder } from '../build/contracts.ts';
import { verdict, type Check, type Outcome } from './check.ts';
import { run } from './command.ts';

const base = 'main';

export const bufLint: Check = {
  name: 'buf lint',
  run: async (signal) => verdict(await run('buf', ['lint'], { signal })),
};

/** Against the branch that clients were built from; where that is not known, as in an archive or its first commit, nothing can be said. */
export const bufBreaking: Check = {
  name: 'buf breaking',
  run: async (signal) => {
    const git = (...args: string[]) => run('git', args, { signal });
    for (const ref of [base, `origin/${base}`, 'HEAD']) {
      const held = await git('cat-file', '-e', `${ref}:proto`).catch(() => ({ code: 1 }));
      if (held.code === 0) return compareWith(ref, signal);
    }
    return { passed: 0, failed: 0, output: '', skipped: `no ${base} with proto/ here to compare with` };
  },
};

/** From an archive of the commit: works in shallow clones and linked work trees, which buf's own git input cannot read. */
async function compareWith(ref: string, signal: AbortSignal): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'halftone-proto-'));
  try {
    const archive = join(folder, 'base.tar');
    const made = await run('git', ['archive', '--format=tar', '-o', archive, ref, 'proto', 'buf.yaml'], { signal });
    return verdict(made.code === 0 ? await run('buf', ['breaking', '--against', archive], { signal }) : made);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const generated = join(root, generatedFolder);

/** Name and content of every file under a folder, as lines that can be compared. */
async function contents(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const lines = files.map(async (file) => {
    const hash = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    return `${file.slice(folder.length + 1)} ${hash.slice(0, 16)}`;
  });
  return (await Promise.all(lines)).sort();
}

export const generatedCurrent: Check = {
  name: 'generated code is current',
  run: async (signal) => {
    const folder = await mkdtemp(join(tmpdir(), 'halftone-gen-'));
    try {
      const made = await generateContracts(folder, signal);
      if (made.code !== 0) return verdict(made);
      const [fresh, committed] = await Promise.all([contents(join(folder, generatedFolder)), contents(generated)]);
      const stale = [
        ...fresh.filter((line) => !committed.includes(line)),
        ...committed.filter((line) => !fresh.includes(line)),
      ];
      return verdict({
        code: stale.length,
        output: `run ./halftone generate and commit the result:\n${stale.join('\n')}`,
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
