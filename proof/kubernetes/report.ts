/**
 * Collects the results of the checks. Prints one line per check on stderr; with `json` also one JSON line on stdout.
 * A check fails by throwing.
 */
import { messageWithCause } from '@halftone/tools/terminal/message-of.ts';
import { recoveryTable, type Recovery } from './recovery.ts';

export interface Checked {
  phase: string;
  check: string;
  outcome: 'passed' | 'failed' | 'skipped';
  ms: number;
  detail: string;
}

type Write = (line: string) => void;

export interface ReportOptions {
  json: boolean;
  /** For people. */
  say: Write;
  /** For programs. */
  print: Write;
}

const signs = { passed: '✔', failed: '✘', skipped: '-' } as const;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** The first line is what happened; what follows belongs to it. */
const indented = (detail: string): string => detail.trimEnd().replaceAll('\n', '\n      ');

export class Report {
  readonly checked: Checked[] = [];
  readonly recoveries: Recovery[] = [];
  readonly #options: ReportOptions;
  #phase = '';

  constructor(options: ReportOptions) {
    this.#options = options;
  }

  begin(phase: string, title: string): void {
    this.#phase = phase;
    this.#options.say(`▶ ${phase}: ${title}`);
  }

  /** True when the check passed. The text that `work` returns is printed with it. */
  async check(check: string, work: () => string | void | Promise<string | void>): Promise<boolean> {
    const start = performance.now();
    try {
      const detail = (await work()) ?? '';
      this.add({ check, outcome: 'passed', ms: performance.now() - start, detail });
      return true;
    } catch (error) {
      this.add({ check, outcome: 'failed', ms: performance.now() - start, detail: messageWithCause(error) });
      return false;
    }
  }

  /** A check that cannot run here. It counts as neither passed nor failed. */
  skip(check: string, why: string): void {
    this.add({ check, outcome: 'skipped', ms: 0, detail: why });
  }

  failed(check: string, why: string): void {
    this.add({ check, outcome: 'failed', ms: 0, detail: why });
  }

  recovered(recovery: Recovery): void {
    this.recoveries.push(recovery);
    if (this.#options.json) this.#options.print(JSON.stringify({ recovery }));
  }

  note(text: string): void {
    this.#options.say(`  … ${text}`);
  }

  count(outcome: Checked['outcome']): number {
    return this.checked.filter((one) => one.outcome === outcome).length;
  }

  /** Prints the table, the failures and the summary. Returns the exit code. */
  end(): number {
    const { json, say, print } = this.#options;
    if (this.recoveries.length > 0) say(`\n${recoveryTable(this.recoveries)}\n`);
    const failed = this.checked.filter(({ outcome }) => outcome === 'failed');
    for (const { phase, check, detail } of failed) say(`✘ ${phase}: ${check}: ${detail.split('\n')[0]}`);
    const [passed, skipped] = [this.count('passed'), this.count('skipped')];
    if (skipped > 0) say(`${skipped} could not run here`);
    const line = { e2e: failed.length === 0 ? 'ok' : 'failed', passed, failed: failed.length, skipped };
    print(json ? JSON.stringify(line) : `${passed} passed, ${failed.length} failed`);
    // A run without checks proves nothing.
    return failed.length === 0 && passed > 0 ? 0 : 1;
  }

  /** Adds a result that was judged elsewhere. */
  add(one: Omit<Checked, 'phase'>): void {
    const checked = { phase: this.#phase, ...one, ms: Math.round(one.ms) };
    this.checked.push(checked);
    const took = checked.outcome === 'skipped' ? 'skipped' : seconds(checked.ms);
    const line = `${signs[checked.outcome]} ${checked.check.padEnd(44)} ${took.padStart(8)}  ${indented(checked.detail)}`;
    this.#options.say(`  ${line.trimEnd()}`);
    if (this.#options.json) this.#options.print(JSON.stringify(checked));
  }
}
