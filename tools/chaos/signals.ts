/** Whether what a fault should show is really shown: the metrics of all processes, looked at again and again while it lasts. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Arena } from '../arena/arena.ts';

const everyMs = 1_500;
/** What a histogram is read as. */
const part = /_(?:bucket|sum|count)$/;

/** The sum over all series of each of these metrics, in one process's text. Pure. */
export function sumsIn(text: string, metrics: readonly string[]): Record<string, number> {
  const sums = Object.fromEntries(metrics.map((name) => [name, 0]));
  for (const line of text.split('\n')) {
    const [, name = '', value] = /^([a-z_]\w*)(?:\{.*?\})? (\S+)/i.exec(line) ?? [];
    const family = metrics.find((metric) => metric === name || metric === name.replace(part, ''));
    if (family) sums[family] = (sums[family] ?? 0) + Number(value);
  }
  return sums;
}

/** Of all processes that answer; a process that is away shows that too. */
async function look(arena: Arena, metrics: readonly string[]): Promise<Record<string, number>> {
  const texts = await Promise.all(
    arena.run.services.map(({ http }) =>
      fetch(`${http}/metrics`, { signal: AbortSignal.timeout(everyMs) }).then(
        (answer) => answer.text(),
        () => '',
      ),
    ),
  );
  return sumsIn(texts.join('\n'), metrics);
}

export interface Watch {
  /** The metrics that have moved since the watch began. */
  end(): Promise<string[]>;
}

export async function watch(arena: Arena, metrics: readonly string[]): Promise<Watch> {
  const before = await look(arena, metrics);
  const moved = new Set<string>();
  const note = (now: Record<string, number>) => {
    for (const name of metrics) if (now[name] !== before[name]) moved.add(name);
  };
  const ended = new AbortController();
  const looking = (async () => {
    while (!ended.signal.aborted && moved.size < metrics.length) {
      await sleep(everyMs, undefined, { signal: ended.signal }).catch(() => undefined);
      note(await look(arena, metrics));
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
