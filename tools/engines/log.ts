import { readFileSync } from 'node:fs';

/** The last line of a log that reports a failure, else its last line: what a person would look for first. */
export function lastLogLine(file: string): string {
  try {
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.trim());
    const failure = lines.findLast((line) => /\b(FATAL|ERROR|Exception|Error)\b/.test(line));
    return `${(failure ?? lines.at(-1) ?? 'it said nothing').trim().slice(0, 300)} (${file})`;
  } catch {
    return `no log at ${file}`;
  }
}
