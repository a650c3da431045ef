/** A report as lines of at most 100 columns. Pure. */
import type { Row, State, WayReport } from './report.ts';

const columns = 100;
const indent = 16;

const marks: Readonly<Record<State, string>> = { ok: '✔', missing: '✘', without: '-', tight: '!' };

/** Between words; a word that is wider stays whole. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function linesOfRow({ need, state, says, for: purpose, remedy }: Row): string[] {
  const about = state === 'missing' || state === 'without' ? `${says} (for ${purpose})` : says;
  const texts = [...wrapped(about, columns - indent), ...(remedy ? wrapped(`→ ${remedy}`, columns - indent) : [])];
  return texts.map(
    (text, at) => `${at === 0 ? `  ${marks[state]} ${need}`.padEnd(indent) : ' '.repeat(indent)}${text}`,
  );
}

function lastLine({ ready, missing, without }: WayReport): string {
  if (!ready) return `missing: ${missing.join(', ')}`;
  return without.length > 0 ? `ready; left out without ${without.join(', ')}` : 'ready';
}

export const linesOfReport = (report: WayReport): string[] => [
  `${report.way}: ${report.title}`,
  ...report.rows.flatMap(linesOfRow),
  ...wrapped(lastLine(report), columns - 2).map((line) => `  ${line}`),
];
