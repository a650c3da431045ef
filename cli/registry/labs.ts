/** A command for each lab, with the options that the lab has. */
import type { Lab } from '@halftone/proof/labs/lab.ts';
import { command, type HalftoneCommand } from './halftone-command.ts';

/** Labs say in lines of text what their options take: `--only NAME    only this one`. */
const aboutOf = ({ optionsAbout = [] }: Lab, name: string): string =>
  optionsAbout.find((line) => line.startsWith(`--${name} `))?.replace(/^\S+( \S+)? {2,}/, '') ?? '';

function commandOf(lab: Lab): HalftoneCommand {
  const { name, title, about, options = {}, choices = {} } = lab;
  const one = command(name, about.join(' '), `halftone lab ${name}`).summary(title);
  for (const [option, { type, multiple }] of Object.entries(options)) {
    const text = aboutOf(lab, option);
    if (type === 'boolean') one.option(`--${option}`, text);
    else if (multiple) one.repeated(`--${option} <name>`, text);
    else one.option(`--${option} <value>`, text);
    const known = choices[option];
    if (known) one.offers(`--${option}`, () => known);
  }
  return one.json().runs(async () => {
    const { runLab } = await import('../lab.ts');
    return { run: (values: { json: boolean }) => runLab(lab, values) };
  });
}

export async function addLabs(to: HalftoneCommand): Promise<void> {
  const { labs } = await import('../lab.ts');
  for (const lab of labs) to.addCommand(commandOf(lab));
}
