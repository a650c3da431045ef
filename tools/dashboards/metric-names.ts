/** Which metrics a PromQL expression reads, and which ones the code declares. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const words = new Set('and or unless by without on ignoring group_left group_right bool offset inf nan'.split(' '));

/** Names that are neither a function, nor a word of the language, nor a label. */
export function metricsIn(promql: string): string[] {
  const bare = promql
    .replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '')
    .replace(/\{[^}]*\}/g, ' ')
    .replace(/\[[^\]]*\]/g, ' ')
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ')
    .replace(/\$\w+/g, ' ');
  const names = bare.matchAll(/(?<![\w.:])([a-zA-Z_:][\w:]*)(?!\s*\()(?![\w:])/g);
  return [...new Set([...names].map(([, name = '']) => name).filter((name) => !words.has(name.toLowerCase())))];
}

/** What a histogram is read as. */
export const familyOf = (metric: string): string => metric.replace(/_(bucket|sum|count)$/, '');

/** The first argument of a declaring function, or the name in the options of prom-client's classes. */
const declaration = /\b\w*(?:counter|gauge|histogram)\w*(?:<[^>]*>)?\(\s*(?:\{\s*name:\s*)?'([a-z][a-z0-9_]*)'/gi;

export function declaredMetrics(root: string): Set<string> {
  const files = globSync('{apps,libs}/*/src/**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.spec.ts'));
  const texts = files.map((file) => readFileSync(join(root, file), 'utf8'));
  return new Set(texts.flatMap((text) => [...text.matchAll(declaration)].map(([, name = '']) => name)));
}
