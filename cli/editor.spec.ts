/** The settings of VS Code name programs and commands that are there. That a debugger stops is tried by hand. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@halftone/tools/os/config.ts';
import { topology } from '@halftone/tools/shop/topology.ts';
import { called } from './called.fixture.ts';

interface Launch {
  inputs: { options: string[] }[];
  configurations: { name: string; program: string; preLaunchTask?: string }[];
}

const read = (name: string): unknown => JSON.parse(readFileSync(join(root, '.vscode', name), 'utf8'));
const { inputs, configurations } = read('launch.json') as Launch;
const { tasks } = read('tasks.json') as { tasks: { label: string; command: string }[] };

test.each(tasks)('task $label', async ({ command }) => {
  expect(command).toMatch(/^\.\/halftone /);
  const { code, given } = await called(command.split(' ').slice(1));
  expect({ code, given }).toEqual({ code: 0, given: expect.anything() });
});

test.each(configurations)('launch $name', ({ program, preLaunchTask }) => {
  expect(existsSync(program.replace('${workspaceFolder}', root))).toBe(true);
  expect([undefined, ...tasks.map(({ label }) => label)]).toContain(preLaunchTask);
});

test('every service can be chosen', () => {
  expect(inputs.flatMap(({ options }) => options).sort()).toEqual(topology.map(({ name }) => name).sort());
});
