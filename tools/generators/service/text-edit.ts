/** Changes of a text at a place that must exist. Pure. A change that finds no place throws and names what it looked for. */

export type Change = (text: string) => string;

const lost = (place: RegExp, added: string): Error => new Error(`there is no ${place} to put this at: ${added.trim()}`);

/** Puts `added` behind the last match. */
export const afterLast =
  (place: RegExp, added: string): Change =>
  (text) => {
    const last = [...text.matchAll(new RegExp(place, `${place.flags.replace('g', '')}g`))].at(-1);
    if (!last) throw lost(place, added);
    const end = last.index + last[0].length;
    return text.slice(0, end) + added + text.slice(end);
  };

/** Puts `added` in front of the first match. */
export const before =
  (place: RegExp, added: string): Change =>
  (text) => {
    const first = place.exec(text);
    if (!first) throw lost(place, added);
    return text.slice(0, first.index) + added + text.slice(first.index);
  };

/** A new line behind the last line that matches. */
export const lineAfter = (line: RegExp, added: string): Change =>
  afterLast(new RegExp(`^.*${line.source}.*$`, 'm'), `\n${added}`);

/** A new line in front of the first line that matches. */
export const lineBefore = (line: RegExp, added: string): Change =>
  before(new RegExp(`^.*${line.source}.*$`, 'm'), `${added}\n`);

/** A name more in `import { … } from 'module'`. */
export const imported = (name: string, from: string): Change =>
  before(new RegExp(`,?\\s*\\} from '${from}'`), `, ${name}`);

/** The same changes, within what matches. */
export const within =
  (part: RegExp, ...changes: readonly Change[]): Change =>
  (text) => {
    const found = part.exec(text);
    if (!found) throw new Error(`there is no ${part}`);
    return text.replace(found[0], () => changed(found[0], changes));
  };

/** A JSON document with one change. */
export const json =
  <Document>(change: (document: Document) => void): Change =>
  (text) => {
    const document = JSON.parse(text) as Document;
    change(document);
    return `${JSON.stringify(document, null, 2)}\n`;
  };

export const changed = (text: string, changes: readonly Change[]): string =>
  changes.reduce((current, change) => change(current), text);
