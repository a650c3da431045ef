/**
 * Shows what goes on, on stderr: lines that update themselves in a terminal, one line per finished phase elsewhere.
 * With `json` each finished phase is also one JSON line on stdout, and nothing else is written there.
 */
import { messageOf } from './message-of.ts';
import { isLive } from './terminal.ts';

export interface Step {
  step: string;
  ok: boolean;
  ms: number;
  detail: string | object;
}

export type Describe = (detail: string) => void;

interface Phase {
  name: string;
  begun: number;
  detail: string;
}

export class Progress {
  readonly #json: boolean;
  readonly #running = new Set<Phase>();
  /** One failure may end several phases; it is shown once. */
  readonly #shown = new WeakSet<object>();
  #drawn = 0;
  #ticker: NodeJS.Timeout | undefined;

  constructor(json: boolean) {
    this.#json = json;
  }

  /** Times the work; what it describes last, or why it failed, is the phase's detail. */
  async phase<Result>(name: string, work: (describe: Describe) => Promise<Result>): Promise<Result> {
    const begun = Date.now();
    let detail = '';
    const end = (ok: boolean, why: string) => this.step({ step: name, ok, ms: Date.now() - begun, detail: why });
    try {
      const result = await this.watch(name, (describe) => work((text) => describe((detail = text))));
      end(true, detail);
      return result;
    } catch (error) {
      if (this.#isNew(error)) end(false, messageOf(error));
      throw error;
    }
  }

  /** Shows that the work goes on, while it does. */
  async watch<Result>(name: string, work: (describe: Describe) => Promise<Result>): Promise<Result> {
    const phase: Phase = { name, begun: Date.now(), detail: '' };
    this.#running.add(phase);
    if (isLive) this.#ticker ??= setInterval(() => (this.#clear(), this.#draw()), 100).unref();
    try {
      return await work((detail) => (phase.detail = detail));
    } finally {
      this.#clear();
      this.#running.delete(phase);
    }
  }

  /** A finished step. */
  step = ({ step, ok, ms, detail }: Step): void => {
    if (this.#json) this.line({ step, ok, ms, detail });
    this.note(`${ok ? '✔' : '✘'} ${step.padEnd(14)} ${seconds(ms).padStart(8)}  ${inWords(detail)}`);
  };

  /** Shows the error, unless a phase has. */
  failure(error: unknown): void {
    if (this.#isNew(error)) this.note(messageOf(error));
  }

  /** A line for people. */
  note = (text: string): void => {
    this.#clear();
    process.stderr.write(`${text}\n`);
    this.#draw();
  };

  /** A line for programs. */
  line(value: unknown): void {
    process.stdout.write(`${JSON.stringify(value)}\n`);
  }

  #isNew(error: unknown): boolean {
    if (!(error instanceof Error)) return true;
    const known = this.#shown.has(error);
    this.#shown.add(error);
    return !known;
  }

  #clear(): void {
    if (this.#drawn > 0) process.stderr.write(`\x1b[${this.#drawn}A\x1b[J`);
    this.#drawn = 0;
  }

  #draw(): void {
    if (!isLive || this.#running.size === 0) return;
    const width = process.stderr.columns ?? 80;
    for (const { name, begun, detail } of this.#running) {
      const text = `… ${name.padEnd(14)} ${seconds(Date.now() - begun).padStart(8)}  ${detail}`;
      process.stderr.write(`${text.slice(0, width - 1)}\n`);
    }
    this.#drawn = this.#running.size;
  }
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;

/** The values that fit on a line: names and numbers; of a list of events their types. The rest is for programs. */
function inWords(detail: string | object): string {
  if (typeof detail === 'string') return detail;
  const word = (value: unknown): string => (isEvent(value) ? value.type : isPlain(value) ? String(value) : '');
  const phrases = Object.entries(detail).map(([key, value]: [string, unknown]) => {
    const words = (Array.isArray(value) ? value.map(word) : [word(value)]).filter(Boolean);
    return words.length > 0 ? `${key} ${words.join(' → ')}` : '';
  });
  return phrases.filter(Boolean).join(', ');
}

const isPlain = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

const isEvent = (value: unknown): value is { type: string } =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
