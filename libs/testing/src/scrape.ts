import { renderMetrics } from '@halftone/service';

/** The value of a series of this process, named as in `GET /metrics`; 0 when the series is missing. */
export async function scraped(series: string): Promise<number> {
  const { body } = await renderMetrics(undefined);
  const line = body.split('\n').find((one) => one.startsWith(`${series} `));
  return line ? Number(line.slice(series.length + 1)) : 0;
}

/** By how much each series grows while `work` runs. */
export async function growth(series: readonly string[], work: () => Promise<unknown>): Promise<number[]> {
  const before = await Promise.all(series.map(scraped));
  await work();
  const after = await Promise.all(series.map(scraped));
  return after.map((value, at) => value - (before[at] ?? 0));
}
