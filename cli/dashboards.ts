/** `halftone dashboards check|panels|watch`: Grafana's dashboards and Prometheus' rules of the chart. */
import { onInterruption } from '@halftone/tools/os/interruption.ts';
import { Unavailable } from '@halftone/tools/os/unavailable.ts';
import { checkPanels, type Finding } from '@halftone/proof/kubernetes/observability/check-panels.ts';
import { loadAll, stale } from '@halftone/tools/chart/dashboards/files.ts';
import { Prometheus } from '@halftone/proof/kubernetes/observability/prometheus.ts';
import { findPromtool, judgeRules } from '@halftone/tools/chart/dashboards/promtool.ts';
import { watch } from '@halftone/tools/chart/dashboards/watch.ts';

const words = (line: string) => process.stderr.write(`${line}\n`);
const say = (line: string) => process.stdout.write(`${line}\n`);

/** The files are current, and promtool accepts the rules and their tests. */
export async function check({ json }: { json: boolean }): Promise<number> {
  const names = stale();
  if (names.length > 0) words(`stale: ${names.join(' ')}. Run ./halftone generate dashboards and commit the result`);
  const { ok, output } = await judgeRules(await findPromtool());
  words(output.trim());
  const held = ok && names.length === 0;
  if (json) say(JSON.stringify({ ok: held, stale: names }));
  return held ? 0 : 1;
}

export interface PanelsOptions {
  prometheus: string;
  minutes: number;
  json: boolean;
}

/** Asks every panel's query; fails on an error or an empty answer. */
export async function panels({ prometheus: url, minutes, json }: PanelsOptions): Promise<number> {
  const prometheus = new Prometheus(url);
  if ((await prometheus.targetsUp()) === 0) throw new Unavailable(`${url} scrapes nothing that answers`);
  const { ok, dashboards, panels, findings } = await checkPanels(prometheus, loadAll(), minutes);
  const empty = findings.filter((finding) => !finding.ok);
  if (json) findings.forEach((finding) => say(JSON.stringify(finding)));
  else empty.forEach(sayEmpty);
  const counts = { dashboards, panels, queries: findings.length, empty: empty.length };
  if (json) say(JSON.stringify({ checkPanels: ok ? 'ok' : 'failed', ...counts }));
  words(
    `${dashboards} dashboards, ${panels} panels, ${findings.length} queries: ${ok ? 'all show something' : `${empty.length} show nothing`}`,
  );
  return ok ? 0 : 1;
}

const sayEmpty = ({ dashboard, kind, asker, reason, query }: Finding) =>
  say(`✘ ${dashboard} / ${kind} "${asker}": ${reason}\n    ${query}`);

export async function watchHere({ port, json }: { port: number; json: boolean }): Promise<number> {
  const { signal } = onInterruption(() => undefined);
  if (json) say(JSON.stringify({ prometheus: `http://127.0.0.1:${port}` }));
  await watch(signal, words, port);
  return 0;
}
