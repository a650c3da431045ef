/** What `npm run lab` can run: an experiment that shows a promise being kept, and what happens where it is not made. */
import type { ParseArgsOptionsConfig } from 'node:util';

/** What an option of a lab's own was given. */
export type OptionValue = string | boolean | (string | boolean)[] | undefined;

export interface LabRun {
  /** One JSON line per result on stdout, a last one with the lesson, and words on stderr only. */
  json: boolean;
  /** The options, by name. */
  values: Readonly<Record<string, OptionValue>>;
  /** Words, for people. */
  say: (text: string) => void;
  /** Results. */
  print: (text: string) => void;
  /** The wish to stop; whatever was started must be stopped before `run` ends. */
  signal: AbortSignal;
}

export interface Lab {
  name: string;
  /** Lines of the help: what happens and what must be seen. */
  about: readonly string[];
  /** Besides `--json`, which every lab has. */
  options?: ParseArgsOptionsConfig;
  /** Lines of the help about them. */
  optionsAbout?: readonly string[];
  /** Whether what the lab promises was seen. */
  run(run: LabRun): Promise<boolean>;
  /** No time is left to stop in order: kill what was started. */
  killNow?: () => void;
}

/** What was given to an option that may be repeated. Pure, like all here. */
export const namesIn = (value: OptionValue): string[] => (Array.isArray(value) ? value.map(String) : []);

export function helpOf(labs: readonly Lab[]): string {
  const indent = ' '.repeat(Math.max(...labs.map(({ name }) => name.length)) + 'npm run lab -- '.length + 2);
  const lines = labs.flatMap(({ name, about, optionsAbout = [] }) => {
    const [first = '', ...rest] = [...about, ...optionsAbout];
    return [`npm run lab -- ${name}`.padEnd(indent.length) + first, ...rest.map((line) => indent + line)];
  });
  const json = 'one JSON line per result and a last one with the lesson on stdout; words on stderr';
  return [...lines, '', `--json`.padEnd(indent.length) + json, ''].join('\n');
}
