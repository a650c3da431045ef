/** A dashboard with a query without an answer; the check of the panels must notice it. Pure. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

/** A metric that does not exist, like a typing mistake. */
export const missingMetric = 'http_server_duration_secnods_count';

interface WithTargets {
  targets?: { expr?: string }[];
  title?: string;
}

/** The same dashboards but for the first query of the first panel that has one; gives that panel's title as well. */
export function withBrokenQuery(all: readonly Dashboard[]): { dashboards: Dashboard[]; panel: string } {
  const dashboards = structuredClone([...all]);
  for (const { panels = [] } of dashboards) {
    for (const panel of panels as WithTargets[]) {
      const target = panel.targets?.find(({ expr }) => expr !== undefined);
      if (!target) continue;
      target.expr = `rate(${missingMetric}[1m])`;
      return { dashboards, panel: panel.title ?? '?' };
    }
  }
  throw new Error('no panel has a query');
}
