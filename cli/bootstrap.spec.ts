import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '@halftone/tools/os/config.ts';

function halftone(...args: string[]): { status: number | null; stdout: string; lines: string[] } {
  const { status, stdout, stderr } = spawnSync(join(root, 'halftone'), args, { encoding: 'utf8' });
  return { status, stdout, lines: stderr.trim().split('\n') };
}

test.each([
  ['a command that is not there', ['nosuch'], "unknown command 'nosuch'"],
  ['an option before the command', ['--bogus'], "unknown option '--bogus'"],
  ['nothing', [], expect.stringMatching(/^halftone needs one of: start, dev, /)],
])('%s is refused with 64; the first line says why', (_, args, why) => {
  expect(halftone(...args)).toEqual({ status: 64, stdout: '', lines: [why, 'halftone --help shows how to call it'] });
});

test('--help is the usage alone, on stdout', () => {
  expect(halftone('--help')).toEqual({
    status: 0,
    stdout: expect.stringMatching(/^Usage: halftone <command> \[options\]\n/),
    lines: [''],
  });
});

test('a shell completes the name of a benchmark', () => {
  const script = [
    `source <(./halftone completion bash)`,
    'COMP_WORDS=(./halftone bench fan) COMP_CWORD=2',
    '_halftone',
    'echo "${COMPREPLY[@]}"',
  ].join('\n');
  const { stdout } = spawnSync('bash', ['-c', script], { cwd: root, encoding: 'utf8' });
  expect(stdout).toBe('fanout\n');
});
