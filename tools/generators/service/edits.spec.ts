import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../os/config.ts';
import { editsOf } from './edits.ts';
import { namesOf } from './names.ts';
import { changed } from './text-edit.ts';

type Texts = Readonly<Record<string, string>>;

/** Jest cannot load prettier. */
const program = `
  import { readFileSync } from 'node:fs';
  import { format, resolveConfig } from 'prettier';
  const options = await resolveConfig('package.json');
  const formatted = async ([file, text]) => [file, await format(text, { ...options, filepath: file })];
  const texts = Object.entries(JSON.parse(readFileSync(0, 'utf8')));
  process.stdout.write(JSON.stringify(Object.fromEntries(await Promise.all(texts.map(formatted)))));
`;

function formatted(texts: Texts): Texts {
  const ours = Object.entries(texts).filter(([file]) => /\.(ts|json|yaml)$/.test(file) && file !== 'package-lock.json');
  const args = ['--input-type=module', '--eval', program];
  const input = JSON.stringify(Object.fromEntries(ours));
  const made = execFileSync(process.execPath, args, { cwd: root, input, maxBuffer: 16 * 1024 * 1024 });
  return { ...texts, ...(JSON.parse(made.toString()) as Texts) };
}

const edited = (texts: Texts, name: string): Texts =>
  formatted(
    Object.fromEntries(
      Object.entries(editsOf(namesOf(name))).map(([file, changes]) => [file, changed(texts[file] ?? '', changes)]),
    ),
  );

test('every line finds its place, also when there are several new services already', () => {
  const names = ['gift-cards', 'reviews', 'shipping-labels'];
  const files = Object.keys(editsOf(namesOf('gift-cards')));
  const texts: Texts = Object.fromEntries(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
  const last = names.reduce(edited, texts);
  for (const name of names) {
    const spellings = new RegExp(Object.values(namesOf(name)).join('|'));
    expect(Object.entries(last).flatMap(([file, text]) => (spellings.test(text) ? [] : [`${file}: ${name}`]))).toEqual(
      [],
    );
  }
});
