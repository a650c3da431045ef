/**
 * The words of the wire enums. A word is the name in lower case: `OrderStatus.PAYMENT_FAILED` is `payment_failed`.
 * JSON, the database, event types and GraphQL use the words.
 */
type WireEnum = Readonly<Record<string, string | number>>;

export type WordOf<Names extends WireEnum> = Lowercase<Exclude<keyof Names & string, 'UNSPECIFIED' | 'UNRECOGNIZED'>>;

/** In the order of the numbers. */
export const wordsOf = <Names extends WireEnum>(names: Names): WordOf<Names>[] =>
  Object.values(names).flatMap((value) => (typeof value === 'number' ? (wordOf(names, value) ?? []) : []));

/** Undefined for `UNSPECIFIED`, and for a number that this build has no name for. */
export const wordOf = <Names extends WireEnum>(names: Names, value: number): WordOf<Names> | undefined =>
  value > 0 ? (names[value]?.toString().toLowerCase() as WordOf<Names> | undefined) : undefined;

export const enumOf = <Names extends WireEnum>(names: Names, word: WordOf<Names>): Names[keyof Names] =>
  names[word.toUpperCase() as keyof Names];
