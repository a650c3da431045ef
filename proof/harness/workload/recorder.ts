/** Writes a history line by line. A line is written before the work continues, so a killed client leaves a complete file. */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Line } from './history.ts';

export class Recorder {
  readonly lines: Line[] = [];
  readonly #file: number | undefined;

  /** Without a file the history is kept in memory only. */
  constructor(file?: string) {
    if (!file) return;
    mkdirSync(dirname(file), { recursive: true });
    this.#file = openSync(file, 'w');
  }

  write(line: Line): void {
    this.lines.push(line);
    if (this.#file !== undefined) writeSync(this.#file, `${JSON.stringify(line)}\n`);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }
}
