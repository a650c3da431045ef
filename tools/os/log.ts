import { readFileSync } from 'node:fs';

/** The last line that reports a failure, else the last line. Pure. */
export function failureLineOf(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim());
  const failure = lines.findLast((line) => /\b(FATAL|ERROR|Exception|Error)\b/.test(line));
  return (failure ?? lines.at(-1) ?? 'it said nothing').trim().slice(0, 300);
}

export function lastLogLine(file: string): string {
  try {
    return `${failureLineOf(readFileSync(file, 'utf8'))} (${file})`;
  } catch {
    // It ended before it wrote one.
    return `no log at ${file}`;
  }
}
