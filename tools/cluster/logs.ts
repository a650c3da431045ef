import { kubectl } from './kubectl.ts';
import type { Target } from './target.ts';

/** The last log lines of the running container, else of the previous one. */
export async function lastLines(target: Target, pod: string, count: number): Promise<string[]> {
  const of = (previous: boolean) =>
    kubectl(target, ['logs', pod, `--tail=${count}`, `--previous=${previous}`], { timeoutMs: 10_000 }).catch(() => '');
  const text = (await of(false)) || (await of(true));
  return text.split('\n').filter(Boolean);
}
