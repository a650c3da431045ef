/** Finds mistakes in a Markdown page: long lines of prose, and links or commands that lead nowhere. Pure. */
import { posix } from 'node:path';

/** The longest line of prose, in characters. */
export const longestLine = 120;

interface Line {
  number: number;
  text: string;
}

const isIndented = (text: string) => text.startsWith('    ');

/** The lines outside of code blocks. A line with four spaces is code after an empty line, and after other such code. */
function linesOutsideCode(page: string): Line[] {
  let fenced = false;
  let indented = false;
  let before = '';
  return page.split('\n').flatMap((text, at) => {
    const isFence = text.trimStart().startsWith('```');
    indented = isIndented(text) && (indented || before.trim() === '');
    before = text;
    if (isFence) fenced = !fenced;
    return isFence || fenced || indented ? [] : [{ number: at + 1, text }];
  });
}

/** Each line of prose above the limit, as `file:line: length`. Rows of tables and code blocks are not prose. */
export function longLines(file: string, page: string): string[] {
  return linesOutsideCode(page)
    .filter(({ text }) => !text.startsWith('|'))
    .map(({ number, text }) => ({ number, length: [...text].length }))
    .filter(({ length }) => length > longestLine)
    .map(({ number, length }) => `${file}:${number}: ${length} characters`);
}

/** The anchors of a page's headings, by GitHub's rule for headings that differ. */
export function anchorsOf(page: string): Set<string> {
  const headings = linesOutsideCode(page).flatMap(({ text }) => /^#+ (.+)$/.exec(text)?.[1] ?? []);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

const isOutside = (target: string) => /^[a-z]+:/.test(target);

/** Each link of the page to a file or heading that does not exist, as `file:line: target`. */
export function brokenLinks(
  file: string,
  page: string,
  { exists, read }: { exists: (path: string) => boolean; read: (path: string) => string },
): string[] {
  const leads = (target: string): boolean => {
    const [path = '', anchor] = target.split('#');
    const to = path === '' ? file : posix.join(posix.dirname(file), path);
    if (anchor === undefined) return exists(to);
    return exists(to) && anchorsOf(to === file ? page : read(to)).has(anchor);
  };
  return linesOutsideCode(page).flatMap(({ number, text }) =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !isOutside(target) && !leads(target))
      .map((target) => `${file}:${number}: ${target}`),
  );
}

/** Each npm script and each command of `halftone` that the page names and that does not exist, as `file:line: name`. */
export function unknownCommands(
  file: string,
  page: string,
  { scripts, commands }: { scripts: ReadonlySet<string>; commands: ReadonlySet<string> },
): string[] {
  const groups = new Set([...commands].map((name) => name.split(' ')[0] ?? name));
  const isKnown = (first: string, second = '') =>
    commands.has(first) || commands.has(`${first} ${second}`) || (groups.has(first) && second === '');
  return page.split('\n').flatMap((text, at) => {
    const npm = [...text.matchAll(/\bnpm run (?:--silent )?([a-z][\w:-]*)/g)]
      .filter(([, name = '']) => !scripts.has(name))
      .map(([found]) => found);
    const own = [...text.matchAll(/(?:\.\/|npx |`)halftone ([a-z]\w*)(?: ([a-z]\w*))?/g)]
      .filter(([, first = '', second]) => first !== 'help' && !isKnown(first, second))
      .map(([found]) => found.replace('`', ''));
    return [...npm, ...own].map((name) => `${file}:${at + 1}: ${name}`);
  });
}

const folders = /^(apps|assets|cli|docker|docs|e2e|helm|k8s|libs|load-tests|proof|proto|tools)\/[\w./*-]+$/;
const fileName = /^[\w./*-]+\.(ts|tsx|mjs|cjs|py|php)$/;

/** A path as a page writes it: `*` is part of one name. */
const patternOf = (path: string) =>
  path
    .replace(/\/$/, '')
    .replaceAll(/[.+]/g, String.raw`\$&`)
    .replaceAll(/\*+/g, '[^/]*');

/**
 * Each file or folder in backquotes that does not exist, as `file:line: path`. A path from the root is a file, or begins one;
 * another name of a file is how some path ends. Names with capitals, such as `APP`, stand for others.
 */
export function unknownPaths(file: string, page: string, paths: readonly string[]): string[] {
  const all = paths.join('\n');
  const exists = (path: string) =>
    folders.test(path)
      ? new RegExp(`^${patternOf(path)}`, 'm').test(all)
      : new RegExp(`(^|/)${patternOf(path.replace(/^(\.\.?\/)+/, ''))}$`, 'm').test(all);
  return linesOutsideCode(page).flatMap(({ number, text }) =>
    [...text.matchAll(/`([^`\s]+)`/g)]
      .map(([, path = '']) => path)
      .filter((path) => (folders.test(path) || fileName.test(path)) && !/[A-Z]{2}/.test(path) && !exists(path))
      .map((path) => `${file}:${number}: ${path}`),
  );
}
