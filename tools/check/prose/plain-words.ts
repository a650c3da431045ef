/** Finds words of a list in text: in prose and in names, which are split into their words. Pure. */

export interface Rule {
  /** Words or phrases, in lower case. */
  not: readonly string[];
  write: string;
  /** Only in names of several words, names of declarations and file names. */
  only?: 'names';
  /** Files or folders; everywhere if absent. */
  in?: readonly string[];
}

export interface Allowed {
  text: string;
  in?: readonly string[];
  because: string;
}

export interface PlainWords {
  words: readonly Rule[];
  allowed: readonly Allowed[];
}

interface Word {
  text: string;
  isName: boolean;
  /** Only space, or nothing, is between it and the word before. */
  continues: boolean;
}

/** `readBackHTTPBody`, `read_back`, `read-back`: the words in lower case. */
const wordsOf = (token: string): string[] =>
  token
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter(Boolean);

const declared = /\b(?:const|let|function|class|interface|type|enum|message|service|rpc)\s+(\w+)/g;

/** A file name is a line of names only. */
function wordsIn(line: string, isPath: boolean): Word[] {
  const names = new Set([...line.matchAll(declared)].map(([, name]) => name));
  return [...line.matchAll(/([^A-Za-z]*)([A-Za-z][\w$-]*)/g)].flatMap(([, before = '', token = '']) => {
    const words = wordsOf(token);
    const isName = isPath || names.has(token) || words.length > 1;
    return words.map((text, index) => ({ text, isName, continues: index > 0 || before.trim() === '' }));
  });
}

const isIn = (file: string, folders: readonly string[] | undefined): boolean =>
  folders === undefined || folders.some((folder) => file === folder || file.startsWith(`${folder}/`));

function occurs(words: readonly Word[], phrase: string, only: Rule['only']): boolean {
  const parts = phrase.split(' ');
  return words.some((_, at) =>
    parts.every((part, index) => {
      const word = words[at + index];
      return word?.text === part && (index === 0 || word.continues) && (only === undefined || word.isName);
    }),
  );
}

export const allows = ({ text, in: folders }: Allowed, file: string, line: string): boolean =>
  isIn(file, folders) && line.includes(text);

/** Whether a line may have a word of the rules: most have none, and are not split. */
const mayHave = (rules: readonly Rule[]): RegExp =>
  new RegExp(rules.flatMap(({ not }) => not.map((phrase) => phrase.split(' ').at(-1) ?? '')).join('|') || '(?!)', 'i');

/** One line for each find: `file:line: word, write …`. Line 0 is the file's name. */
export function findsIn(file: string, text: string, { words, allowed }: PlainWords): string[] {
  const rules = words.filter((rule) => isIn(file, rule.in));
  const suspicious = mayHave(rules);
  return [file, ...text.split('\n')].flatMap((line, number) => {
    if (!suspicious.test(line)) return [];
    const rest = allowed
      .filter((one) => allows(one, file, line))
      .reduce((left, one) => left.replaceAll(one.text, ' . '), line);
    const inLine = wordsIn(rest, number === 0);
    return rules.flatMap(({ not, only, write }) =>
      not
        .filter((phrase) => occurs(inLine, phrase, only))
        .map((phrase) => `${file}:${number}: "${phrase}", write: ${write}`),
    );
  });
}
