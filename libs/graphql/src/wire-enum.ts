import { registerEnumType } from '@nestjs/graphql';
import { type WordOf, wordsOf } from '@halftone/contracts';

/** Registers a wire enum as a GraphQL enum: the same names, and the words as values. */
export function wireEnum<Names extends Readonly<Record<string, string | number>>>(
  name: string,
  names: Names,
): Readonly<Record<string, WordOf<Names>>> {
  const values = Object.fromEntries(wordsOf(names).map((word) => [word.toUpperCase(), word]));
  registerEnumType(values, { name });
  return values;
}
