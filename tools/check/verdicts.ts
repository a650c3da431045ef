import type { Finished } from './command.ts';

/** Every line of JSON that says `ok`, true or false. Pure. */
const verdictsIn = (output: string): boolean[] =>
  output.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return [];
    try {
      const { ok } = JSON.parse(line) as { ok?: unknown };
      return typeof ok === 'boolean' ? [ok] : [];
    } catch {
      // Other output that begins with a brace.
      return [];
    }
  });

/** A command that failed without saying what, or that judged nothing, is one failure. */
export function countVerdicts({ code, output }: Finished): { passed: number; failed: number } {
  const verdicts = verdictsIn(output);
  const passed = verdicts.filter(Boolean).length;
  const failed = verdicts.length - passed;
  return { passed, failed: failed === 0 && (code !== 0 || passed === 0) ? 1 : failed };
}
