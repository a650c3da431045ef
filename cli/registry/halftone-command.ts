/**
 * A command as the registry declares it: its group and line in the help, an example, what it takes, and the module that does the work.
 * That module is loaded only when the command runs, so that help and completion are quick. It exports
 * `run(options, ...arguments)`, which gives the exit code.
 */
import { type Argument, Command, Help, type HelpContext, Option } from 'commander';
import { UsageError } from '@halftone/tools/terminal/usage-error.ts';

export interface Work {
  run(options: never, ...args: never[]): Promise<number>;
}

/** Runs the work of a command with what was given. */
export type Perform = (load: () => Promise<Work>, options: object, args: readonly unknown[]) => Promise<number>;

export type Names = () => readonly string[] | Promise<readonly string[]>;

type AnyWork = { run(options: object, ...args: unknown[]): Promise<number> };

const performIt: Perform = async (load, options, args) => ((await load()) as unknown as AnyWork).run(options, ...args);

const helpWidth = 100;

/** Says nothing of a default that is nothing. */
function optionDescription(option: Option): string {
  const { defaultValue } = option;
  const isNothing = defaultValue === false || (Array.isArray(defaultValue) && defaultValue.length === 0);
  const shown = isNothing ? (Object.assign(Object.create(option), { defaultValue: undefined }) as Option) : option;
  return Help.prototype.optionDescription(shown);
}

const argumentTerm = (argument: Argument): string => {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
};

export class HalftoneCommand extends Command {
  exampleLine = '';
  /** Of the program: how work is done, and the exit code of what was done. */
  perform: Perform = performIt;
  code = 0;
  readonly #names = new Map<string, Names>();
  #prepare: (() => Promise<void>) | undefined;
  #term: string | undefined;

  constructor(name?: string) {
    super(name);
    this.exitOverride()
      .helpOption('-h, --help', 'show this help')
      .helpCommand(false)
      .configureOutput({
        // Whoever runs the program shows the error that is thrown.
        outputError: () => undefined,
        getOutHelpWidth: () => helpWidth,
        getErrHelpWidth: () => helpWidth,
      })
      .configureHelp({
        optionDescription,
        subcommandTerm: (one) => (one as HalftoneCommand).term(),
      })
      .hook('preSubcommand', (_, below) => (below as HalftoneCommand).prepare());
  }

  /** A command that only has others below it was given none of them. */
  override help(context?: HelpContext | ((text: string) => string)): never {
    if (typeof context !== 'object' || !context.error) return super.help();
    throw new UsageError(
      `${this.path() || 'halftone'} needs one of: ${this.commands.map((one) => one.name()).join(', ')}`,
    );
  }

  /** Refuses `--help` after the name of a command that does not exist. */
  override outputHelp(context?: HelpContext | ((text: string) => string)): void {
    const word = this.args.find((one) => !one.startsWith('-'));
    if (this.commands.length > 0 && word !== undefined) throw new UsageError(`unknown command '${word}'`);
    super.outputHelp(typeof context === 'object' ? context : undefined);
  }

  override createCommand(name?: string): HalftoneCommand {
    return new HalftoneCommand(name);
  }

  /** One line about it, and an example. */
  says(line: string, example: string): this {
    this.exampleLine = example;
    return this.description(line).addHelpText('after', `\nExample: ${example}`);
  }

  /** A list below the options: names with a line each. */
  lists(title: string, items: readonly (readonly [name: string, about: string])[]): this {
    const help = this.createHelp();
    help.prepareContext({ helpWidth });
    const widest = Math.max(...items.map(([name]) => name.length));
    const lines = items.map(([name, about]) => help.formatItem(name, widest, about, help));
    return this.addHelpText('after', ['', `${title}:`, ...lines].join('\n'));
  }

  json(): this {
    return this.option('--json', 'JSON lines on stdout, words on stderr', false);
  }

  /** An option that may be repeated. */
  repeated(flags: string, about: string): this {
    const collect = (value: string, earlier: string[]) => [...earlier, value];
    return this.addOption(new Option(flags, about).argParser(collect).default([]));
  }

  /** Completion offers these names for an option (`--only`) or an argument (`name`) that accepts others too, or checks them later. */
  offers(name: string, names: Names): this {
    this.#names.set(name, names);
    return this;
  }

  async offered(of: Option | Argument): Promise<readonly string[]> {
    const name = of instanceof Option ? (of.long ?? '') : of.name();
    return of.argChoices ?? (await this.#names.get(name)?.()) ?? [];
  }

  /** Declares what needs modules to be loaded first, such as the names of all labs. */
  preparedBy(term: string, prepare: () => Promise<void>): this {
    this.#term = term;
    this.#prepare = prepare;
    return this;
  }

  async prepare(): Promise<void> {
    const prepare = this.#prepare;
    this.#prepare = undefined;
    await prepare?.();
  }

  runs(load: () => Promise<Work>): this {
    return this.allowExcessArguments().action(async () => {
      const last = this.registeredArguments.at(-1);
      const excess = last?.variadic ? undefined : this.args[this.registeredArguments.length];
      if (excess !== undefined) throw new UsageError(`${this.path()} takes no '${excess}'`);
      const root = this.root();
      root.code = await root.perform(load, this.opts(), this.processedArgs);
    });
  }

  /** As it is typed, without `halftone`: `k8s up`. */
  path(): string {
    const above = this.parent as HalftoneCommand | null;
    return above ? `${above.path()} ${this.name()}`.trim() : '';
  }

  root(): HalftoneCommand {
    return (this.parent as HalftoneCommand | null)?.root() ?? this;
  }

  /** Those below it; hidden ones are not among them. */
  below(): HalftoneCommand[] {
    return this.createHelp().visibleCommands(this) as HalftoneCommand[];
  }

  /** It, or the commands below it that do something. */
  async leaves(): Promise<HalftoneCommand[]> {
    await this.prepare();
    const below = await Promise.all(this.below().map((one) => one.leaves()));
    return below.length > 0 ? below.flat() : [this];
  }

  /** How it is called in a list: `k8s up|down`, `dev [service...]`. */
  term(): string {
    const below = this.commands.map((one) => one.name()).join('|');
    const words = [below, ...this.registeredArguments.map(argumentTerm)].filter(Boolean).join(' ');
    return `${this.name()} ${this.#term ?? words}`.trim();
  }

  /** Its line in a list of the help. */
  line(): string {
    return this.summary() || this.description();
  }
}

export const command = (name: string, line: string, example: string): HalftoneCommand =>
  new HalftoneCommand(name).says(line, example);
