/** A dead letter for eyes and for JSON. */
import { originFactsOf, textOf, topics, type DeadLetter } from '@halftone/contracts';

export function lineOf(letter: DeadLetter) {
  const { id, group, state, reason, message, attempts, time } = letter;
  return { id, group, state, reason, message, attempts, time, ...originFactsOf(letter) };
}

export type LetterLine = ReturnType<typeof lineOf>;

/** Everything, with the value decoded where it can be. */
export const detailsOf = (letter: DeadLetter) => ({
  ...lineOf(letter),
  copies: letter.copies,
  headers: Object.fromEntries(
    Object.keys(letter.original.headers ?? {}).map((name) => [name, textOf(letter.original.headers, name)]),
  ),
  value: decoded(letter),
  bytes: letter.original.value?.toString('base64') ?? null,
});

function decoded({ origin, original: { value } }: DeadLetter): unknown {
  const topic = Object.values(topics).find(({ name }) => name === origin.topic);
  if (!topic || !value) return null;
  try {
    return topic.codec.decode(value);
  } catch {
    // Often the very reason why it is a dead letter; the bytes are shown as they are.
    return null;
  }
}

/** Poison may hold anything; a terminal gets what can be printed. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '\u{fffd}');

export function inWords(line: LetterLine): string {
  const { id, state, reason, message, time, type, subject, key, attempts, resolvedBy } = line;
  const ended = resolvedBy === null ? '' : ` by ${resolvedBy}`;
  const tries = attempts > 1 ? `, ${attempts} tries` : '';
  return [
    `${id}  ${state}${ended}  ${time}`,
    `    ${type ?? 'no event of ours'} ${subject ?? ''}  key ${key ?? 'none'}`,
    `    ${reason}: ${message}${tries}`,
  ]
    .map(printable)
    .join('\n');
}
