/** A lab of `halftone lab`: an experiment that shows that a promise holds, and what happens without it. */
import type { ParseArgsOptionsConfig } from 'node:util';

/** The value of a lab option. */
export type OptionValue = string | boolean | (string | boolean)[] | undefined;

interface LabRun {
  /** One JSON line per result on stdout and a last one with the lesson; text goes to stderr. */
  json: boolean;
  /** The options, by name. */
  values: Readonly<Record<string, OptionValue>>;
  /** Text for people. */
  say: (text: string) => void;
  /** Results. */
  print: (text: string) => void;
  /** Aborted on Ctrl-C; `run` stops everything it started before it ends. */
  signal: AbortSignal;
}

export interface Lab {
  name: string;
  /** One line about what it does. */
  title: string;
  /** Lines of the help: what happens and what must be seen. */
  about: readonly string[];
  /** Besides `--json`, which every lab has. */
  options?: ParseArgsOptionsConfig;
  /** The words that an option takes, for those that take some of a list. */
  choices?: Readonly<Record<string, readonly string[]>>;
  /** Lines of the help about them: `--only NAME    only this one`. */
  optionsAbout?: readonly string[];
  /** Whether what the lab promises was seen. */
  run(run: LabRun): Promise<boolean>;
  /** No time is left to stop in order: kill what was started. */
  killNow?: () => void;
}

/** The values of an option that may be repeated. Pure, like all here. */
export const namesIn = (value: OptionValue): string[] => (Array.isArray(value) ? value.map(String) : []);
