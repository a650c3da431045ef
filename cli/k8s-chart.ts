/** `halftone k8s chart`: what the chart must refuse and must contain. */
import { checkChart } from '@halftone/tools/chart/check-chart.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

export async function run({ json }: { json: boolean }): Promise<number> {
  const { passed, failed } = await checkChart(say);
  say(`${passed} held, ${failed} failed`);
  if (json) process.stdout.write(`${JSON.stringify({ ok: failed === 0, passed, failed })}\n`);
  return failed === 0 ? 0 : 1;
}
