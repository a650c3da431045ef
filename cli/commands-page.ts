/** docs/commands.md: a table of all commands, from the registry. */
import { markdownTable } from '@halftone/tools/terminal/table.ts';
import type { HalftoneCommand } from './registry/halftone-command.ts';
import { exitCodes } from './registry/program.ts';

export async function commandsPage(program: HalftoneCommand): Promise<string> {
  const lines = [
    '# Commands',
    '',
    '`./halftone COMMAND` from the root, or `npx halftone COMMAND`.',
    'Those of every day are npm scripts as well: `npm run COMMAND -- OPTIONS`.',
    '`./halftone help COMMAND` lists the options of a command. With `--json`, stdout has JSON lines only; words go to stderr.',
    `${exitCodes.replace('\n', ' ')}`,
    'Completion: `source <(./halftone completion bash)`, or `zsh`.',
    '`./halftone generate commands` writes this page from the registry; do not edit it.',
  ];
  for (const [group, commands] of Map.groupBy(program.below(), (one) => one.helpGroup().replace(/:$/, ''))) {
    const leaves = (await Promise.all(commands.map((one) => one.leaves()))).flat();
    const rows = leaves.map((one) => [`\`${one.path()}\``, one.line(), `\`${one.exampleLine}\``]);
    lines.push('', `## ${group}`, '', markdownTable(['command', 'what it does', 'example'], rows));
  }
  return `${lines.join('\n')}\n`;
}
