/** Every process exports metrics that Prometheus accepts, and logs that a machine can read. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPromtool, judgeMetrics } from '@halftone/tools/chart/dashboards/promtool.ts';
import { paths } from '@halftone/tools/os/home.ts';
import type { ServiceState } from '@halftone/tools/os/run-state.ts';
import { system } from './system';

const titleOf = ({ name, replica }: ServiceState) => `${name} ${replica}`;
const each = <R>(ask: (service: ServiceState) => Promise<R> | R) =>
  Promise.all(system().services.map(async (service) => [titleOf(service), await ask(service)] as const));
const all = <R>(answer: R) => system().services.map((service) => [titleOf(service), answer]);

const metricsOf = async ({ http }: ServiceState, accept: string) => {
  const response = await fetch(`${http}/metrics`, { headers: { accept } });
  return { type: response.headers.get('content-type')?.split(';')[0], text: await response.text() };
};

test('promtool has no complaint about the metrics of any process', async () => {
  const promtool = await findPromtool();
  const judged = await each(async (service) => judgeMetrics(promtool, (await metricsOf(service, '*/*')).text));
  expect(judged).toEqual(all({ ok: true, output: '' }));
});

test('a scraper that does not want OpenMetrics gets none', async () => {
  const accept = 'application/openmetrics-text;version=1.0.0;q=0, text/plain;q=0.5';
  expect(await each(async (service) => (await metricsOf(service, accept)).type)).toEqual(all('text/plain'));
});

test('every line that any process has written is JSON', async () => {
  const linesOf = ({ name, replica }: ServiceState) =>
    readFileSync(join(paths.logs, `${name}-${replica}.log`), 'utf8')
      .split('\n')
      // The text after the last line break may be incomplete.
      .slice(0, -1);
  const judged = (lines: string[]) => ({ isEmpty: lines.length === 0, stray: lines.filter((line) => !isJson(line)) });
  expect(await each((service) => judged(linesOf(service)))).toEqual(all({ isEmpty: false, stray: [] }));
});

function isJson(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object';
  } catch {
    // The test reports the line.
    return false;
  }
}
