import { readFileSync } from 'node:fs';

/** The last line that reports a failure, else the last: what a person would look for first. Pure. */
export function tellingLineOf(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim());
  const failure = lines.findLast((line) => /\b(FATAL|ERROR|Exception|Error)\b/.test(line));
  return (failure ?? lines.at(-1) ?? 'it said nothing').trim().slice(0, 300);
}

export function lastLogLine(file: string): string {
  try {
    return `${tellingLineOf(readFileSync(file, 'utf8'))} (${file})`;
  } catch {
    return `no log at ${file}`;
  }
}
