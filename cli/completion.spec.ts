/** The completion scripts in their shells. A shell that is not installed is skipped, and the title says so. */
import { execFileSync } from 'node:child_process';
import { findProgram } from '@halftone/tools/os/command.ts';
import { root } from '@halftone/tools/os/config.ts';
import { called } from './called.fixture.ts';

/** Each defines the script and calls its function for the words of a line. `default` means: file names. */
const harnesses = {
  bash: `eval "$SCRIPT"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_halftone
complete -p ./halftone | grep -q -- '-o default' && [ "\${#COMPREPLY[@]}" = 0 ] && COMPREPLY=(default)
printf '%s\n' "\${COMPREPLY[@]}"`,
  // Outside of its line editor zsh has no completion, so its three functions are replaced.
  zsh: `compdef() { registered=("$@") }
compadd() { [[ $1 = -a ]] && found_by_zsh=("\${(@P)2}") }
_files() { found_by_zsh=(default) }
eval "$SCRIPT"
[[ "$registered" = '_halftone halftone ./halftone' ]] || exit 1
words=("$@") CURRENT=$#
_halftone
print -rl -- "\${(@)found_by_zsh}"`,
} as const;

/** Without the settings of the person who runs it. */
const bare = { bash: ['--norc'], zsh: ['-f'] } as const;

type Shell = keyof typeof harnesses;

async function offered(shell: Shell, line: string): Promise<string[]> {
  const { stdout: script } = await called(['completion', shell], { work: true });
  const args = [...bare[shell], '-c', harnesses[shell], shell, './halftone', ...line.split(' ')];
  const output = execFileSync(shell, args, { cwd: root, encoding: 'utf8', env: { ...process.env, SCRIPT: script } });
  return output.trimEnd().split('\n');
}

describe.each(['bash', 'zsh'] as const)('%s', (shell) => {
  const isInstalled = findProgram(shell) !== undefined;
  (isInstalled ? test : test.skip).each([
    ['ben', ['bench']],
    ['k8s ', ['up', 'down', 'kill', 'report', 'test', 'chart']],
    ['lab attacks --only tick', ['tickets']],
    ['nosuch x', ['default']],
  ])(isInstalled ? '%s' : '%s (the shell is not installed)', async (line, expected) => {
    expect(await offered(shell, line)).toEqual(expected);
  });
});
