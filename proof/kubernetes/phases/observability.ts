/** Prometheus scrapes every pod, and every panel of every dashboard shows the load of the phases before. */
import { jsonOf, send } from '../../harness/clients/http.ts';
import { componentOf, isReady } from '@halftone/tools/cluster/objects.ts';
import { pods } from '@halftone/tools/cluster/pods.ts';
import { checkPanels, type Finding } from '../observability/check-panels.ts';
import { loadAll } from '@halftone/tools/chart/dashboards/files.ts';
import { Prometheus } from '../observability/prometheus.ts';
import { isService } from '../network/arrows.ts';
import { withBrokenQuery } from '../observability/broken.ts';
import { wrongTargets, type Target } from '../observability/targets.ts';
import { traceOfAnOrder } from '../observability/trace.ts';
import { waitAtMost } from '@halftone/tools/os/waiting.ts';
import type { Phase, PhaseContext } from '../phase.ts';

/** The time range of the panels: all the phases before. */
const minutes = 20;

async function targetsOf(prometheus: string): Promise<Target[]> {
  const reply = await send(`${prometheus}/api/v1/targets?state=active`);
  return jsonOf<{ data: { activeTargets: Target[] } }>(reply).data.activeTargets;
}

/** Prometheus scrapes a pod a moment after it becomes Ready. */
async function allAreAsked({ target }: PhaseContext, prometheus: string): Promise<string> {
  const look = async () => {
    const ready = (await pods(target)).filter((pod) => isReady(pod) && isService(componentOf(pod)));
    const names = ready.map(({ metadata }) => metadata.name);
    return { count: names.length, wrong: wrongTargets(await targetsOf(prometheus), names) };
  };
  const settled = async () => ((await look()).wrong.length === 0 ? true : undefined);
  await waitAtMost('Prometheus to ask all', settled, { withinMs: 45_000, everyMs: 2000 });
  const { count, wrong } = await look();
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return `${count} pods of services`;
}

const inWords = ({ dashboard, kind, asker, reason, query }: Finding): string =>
  `${dashboard} / ${kind} "${asker}": ${reason}: ${query}`;

async function allPanelsShow(prometheus: string): Promise<string> {
  const { ok, dashboards, panels, findings } = await checkPanels(new Prometheus(prometheus), loadAll(), minutes);
  const empty = findings.filter((finding) => !finding.ok);
  if (!ok) throw new Error([`${empty.length} of ${findings.length} queries:`, ...empty.map(inWords)].join('\n'));
  return `${panels} panels of ${dashboards} dashboards, ${findings.length} queries`;
}

async function brokenIsNoticed(prometheus: string): Promise<string> {
  const { dashboards, panel } = withBrokenQuery(loadAll());
  const { ok, findings } = await checkPanels(new Prometheus(prometheus), dashboards, minutes);
  const noticed = findings.some((finding) => !finding.ok && finding.asker === panel);
  if (ok || !noticed) throw new Error(`"${panel}" asks for what is not there, and the check does not say so`);
  return `"${panel}" is named`;
}

export const observability: Phase = {
  name: 'observability',
  title: 'all is watched, and every panel shows something',
  needsRelease: true,
  run: async (context) => {
    const { report } = context;
    const { gateway, prometheus, jaeger } = await context.urls();
    if (!prometheus) return report.skip('Prometheus', 'the release is without it');
    await report.check('Prometheus asks every pod', () => allAreAsked(context, prometheus));
    await report.check('every panel of every dashboard has data', () => allPanelsShow(prometheus));
    await report.check('a broken query is noticed', () => brokenIsNoticed(prometheus));
    if (!jaeger) return report.skip('the trace of an order', 'the release is without Jaeger');
    await report.check('the trace of an order', () => traceOfAnOrder(gateway, jaeger));
  },
};
