import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../../os/config.ts';
import { allows, findsIn, type PlainWords } from './plain-words.ts';

const list = parse(readFileSync(join(root, 'tools/check/prose/plain-words.yaml'), 'utf8')) as PlainWords;

/** Generated, foreign or binary files, and those that hold the words on purpose. */
const left =
  /(^package-lock\.json|\.(png|jpg|xml|sum)|\/go\.mod|(^|\/)LICENSE|\/supergraph\.ts|plain-words\.(yaml|spec\.ts))$|\/gen\/|\/files\/dashboards\//;

const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '' && !left.test(file) && existsSync(join(root, file)));
const texts = new Map(tracked.map((file) => [file, readFileSync(join(root, file), 'utf8')]));

test('no file has a word that a reader must translate', () => {
  expect(texts.size).toBeGreaterThan(1_500);
  expect([...texts].flatMap(([file, text]) => findsIn(file, text, list))).toEqual([]);
});

test('each allowed use exists and has a reason', () => {
  const isUsed = (one: PlainWords['allowed'][number]) =>
    [...texts].some(([file, text]) => [file, ...text.split('\n')].some((line) => allows(one, file, line)));
  expect(list.allowed.filter((one) => !one.because || !isUsed(one))).toEqual([]);
});

test('the terms that the spelling check knows are sorted, each once', () => {
  const terms = readFileSync(join(root, 'tools/check/prose/terms.txt'), 'utf8').trimEnd().split('\n');
  const sorted = [...new Set(terms)].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  expect(terms).toEqual(sorted);
});

const sample: PlainWords = {
  words: [
    { not: ['told', 'stand apart'], write: 'notified' },
    { not: ['way'], write: 'transport', only: 'names' },
    { not: ['patience'], write: 'timeout', in: ['libs'] },
  ],
  allowed: [{ text: 'I told you so', in: ['docs'], because: 'a quotation' }],
};
const finds = (file: string, text: string) => findsIn(file, text, sample);

test.each([
  ['a word of a sentence', 'a.md', 'one\nThe customer is told.', ['a.md:2: "told", write: notified']],
  ['a part of camelCase', 'a.ts', 'const whatWeTold = 1;', ['a.ts:1: "told", write: notified']],
  ['a part of a capital name', 'a.ts', 'toldHTTPServer()', ['a.ts:1: "told", write: notified']],
  ['a part of snake_case', 'a.sql', 'TOLD_AT', ['a.sql:1: "told", write: notified']],
  ['a phrase as a name', 'a.ts', 'this.standApart()', ['a.ts:1: "stand apart", write: notified']],
  ['a phrase over the end of a sentence', 'a.md', 'So it must stand. Apart from that …', []],
  ['a file name', 'src/told.ts', '', ['src/told.ts:0: "told", write: notified']],
  ['a word of names, in a name', 'a.ts', 'best.wayOf()', ['a.ts:1: "way", write: transport']],
  ['a word of names, declared', 'a.ts', 'const way = 1;', ['a.ts:1: "way", write: transport']],
  ['a word of names, in a sentence', 'a.ts', '// by the way', []],
  ['a rule of a folder, inside', 'libs/a.ts', 'patienceMs', ['libs/a.ts:1: "patience", write: timeout']],
  ['a rule of a folder, outside', 'libs2/a.ts', 'patienceMs', []],
  ['another word with the same letters', 'a.ts', 'retold(foretold)', []],
  ['an allowed use', 'docs/a.md', 'I told you so', []],
  ['an allowed use and another', 'docs/a.md', 'told: I told you so', ['docs/a.md:1: "told", write: notified']],
  ['an allowed use elsewhere', 'a.md', 'I told you so', ['a.md:1: "told", write: notified']],
])('%s', (_, file, text, expected) => {
  expect(finds(file, text)).toEqual(expected);
});
