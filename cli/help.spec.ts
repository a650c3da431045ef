import { called } from './called.fixture.ts';
import { halftone } from './registry/groups.ts';

test('help lists every command with a line, and the exit codes', async () => {
  const { code, stdout, stderr } = await called(['--help']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.split('\n');
  for (const one of halftone().below()) {
    expect(
      lines.filter((line) => line.startsWith(`  ${one.name()} `) && line.endsWith(`  ${one.line()}`)),
    ).toHaveLength(1);
    if (one.name() === 'lab') continue;
    for (const below of one.commands) expect(stdout).toMatch(new RegExp(`${one.name()} .*\\b${below.name()}\\b`));
  }
  expect(stdout).toContain('0 held, 1 did not hold, 64 called wrongly, 69 something needed is missing');
});

test('all help is at most 100 columns wide, on stdout, however it is asked for', async () => {
  const leaves = (await halftone().leaves()).map((one) => one.path());
  expect(leaves).toEqual(expect.arrayContaining(['bench', 'lab attacks', 'k8s up']));
  for (const path of ['', 'dlq', 'k8s', 'lab', 'dashboards', ...leaves]) {
    const words = path.split(' ').filter(Boolean);
    const { code, stdout, stderr } = await called([...words, '--help']);
    expect({ path, code, stderr }).toEqual({ path, code: 0, stderr: '' });
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(stdout).toContain('Example:');
    expect((await called(['help', ...words])).stdout).toBe(stdout);
    expect((await called([...words, '-h'])).stdout).toBe(stdout);
  }
});

test('--json is everywhere but in what prints a script', async () => {
  const leaves = await halftone().leaves();
  const without = leaves.filter((one) => !one.options.some(({ long }) => long === '--json'));
  expect(without.map((one) => one.path())).toEqual(['completion']);
});

test('--version is that of the package', async () => {
  const { code, stdout } = await called(['--version']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});
