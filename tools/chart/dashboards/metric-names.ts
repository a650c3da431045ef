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

/** The name of the metric that a series of a histogram belongs to. */
export const familyOf = (metric: string): string => metric.replace(/_(bucket|sum|count)$/, '');

export interface Declared {
  kind: 'counter' | 'gauge' | 'histogram';
  name: string;
}

/** The first argument of a declaring function, or the name in the options of prom-client's classes. */
const declaration = /\b\w*(counter|gauge|histogram)\w*(?:<[^>]*>)?\(\s*(?:\{\s*name:\s*)?'([a-z][a-z0-9_]*)'/gi;

export function declaredMetrics(root: string): Declared[] {
  const files = globSync('{apps,libs}/*/src/**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.spec.ts'));
  const texts = files.map((file) => readFileSync(join(root, file), 'utf8'));
  return texts.flatMap((text) =>
    [...text.matchAll(declaration)].map(([, kind = '', name = '']) => ({
      kind: kind.toLowerCase() as Declared['kind'],
      name,
    })),
  );
}

const times: Record<Declared['kind'], RegExp> = {
  counter: /_seconds_total$/,
  gauge: /_(age|timestamp)_seconds$/,
  histogram: /_(duration|delay)_seconds$/,
};

/** The complaint about a name by the rule in libs/service/src/metrics.ts; undefined when it is right. */
export function faultOf({ kind, name }: Declared): string | undefined {
  const says = (what: string) => `${name} (${kind}) ${what}`;
  if ((kind === 'counter') !== name.endsWith('_total')) return says('counters and only they end in _total');
  if (/_(bucket|sum|count|info)$/.test(name) && name !== 'build_info')
    return says('ends like a series of something else');
  if (/_(ms|millis|milliseconds|minutes|hours|kb|mb|percent)(_|$)/.test(name)) return says('is not in a base unit');
  if (name.includes('seconds') && !times[kind].test(name)) return says(`ends in none of ${times[kind].source}`);
  return undefined;
}
