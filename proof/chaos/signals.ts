/** Whether the expected metrics change during a fault. The metrics of all processes are sampled. */
import type { Sandbox } from '../harness/sandbox/sandbox.ts';
import { samplesIn } from '../harness/metrics-text.ts';
import { rest } from '@halftone/tools/os/waiting.ts';

const everyMs = 1_500;
/** The suffixes of the series of a histogram. */
const part = /_(?:bucket|sum|count)$/;

/** The sum over all series of each of these metrics, in one process's text. Pure. */
export function sumsIn(text: string, metrics: readonly string[]): Record<string, number> {
  const sums = Object.fromEntries(metrics.map((name) => [name, 0]));
  for (const { name, value } of samplesIn(text)) {
    const family = metrics.find((metric) => metric === name || metric === name.replace(part, ''));
    if (family) sums[family] = (sums[family] ?? 0) + value;
  }
  return sums;
}

/** Sums over all processes that answer. A process that is down changes the sums too. */
async function look(sandbox: Sandbox, metrics: readonly string[]): Promise<Record<string, number>> {
  const texts = await Promise.all(
    sandbox.run.services.map(({ http }) =>
      fetch(`${http}/metrics`, { signal: AbortSignal.timeout(everyMs) }).then(
        (answer) => answer.text(),
        () => '',
      ),
    ),
  );
  return sumsIn(texts.join('\n'), metrics);
}

export interface Watch {
  /** The metrics that have changed since the start. */
  end(): Promise<string[]>;
}

export async function watch(sandbox: Sandbox, metrics: readonly string[]): Promise<Watch> {
  const before = await look(sandbox, metrics);
  const moved = new Set<string>();
  const note = (now: Record<string, number>) => {
    for (const name of metrics) if (now[name] !== before[name]) moved.add(name);
  };
  const ended = new AbortController();
  const looking = (async () => {
    while (!ended.signal.aborted && moved.size < metrics.length) {
      await rest(everyMs, ended.signal);
      note(await look(sandbox, metrics));
    }
  })();
  return {
    end: async () => {
      ended.abort();
      await looking;
      return metrics.filter((name) => moved.has(name));
    },
  };
}
