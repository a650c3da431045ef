/** Every query of a dashboard to Prometheus: of panels, variables and annotations, as in the JSON. */
import type { Dashboard, Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';

export interface Question {
  dashboard: string;
  /** A panel's title, or which variable or annotation asks. */
  asker: string;
  kind: 'panel' | 'annotation' | 'variable';
  /** PromQL, or for variables Grafana's `label_values(selector, label)`. */
  query: string;
}

/** The Prometheus part of a query; Grafana's type leaves open which data source it is for. */
export interface Target {
  expr?: string;
  exemplar?: boolean;
}

export const targetsOf = (panel: Panel | RowPanel): Target[] =>
  'targets' in panel ? ((panel.targets ?? []) as unknown as Target[]) : [];

export function questionsOf(dashboard: Dashboard): Question[] {
  const title = dashboard.title ?? '?';
  const question = (kind: Question['kind'], asker: string) => (query: string) => ({
    dashboard: title,
    asker,
    kind,
    query,
  });
  const panels = (dashboard.panels ?? []).flatMap((panel) =>
    targetsOf(panel).map(({ expr = '' }) => question('panel', panel.title ?? '?')(expr)),
  );
  const annotations = (dashboard.annotations?.list ?? []).flatMap(({ name, target }) =>
    [(target as unknown as Target | undefined)?.expr ?? ''].map(question('annotation', name)),
  );
  const variables = (dashboard.templating?.list ?? []).flatMap(({ name, definition }) =>
    [definition ?? ''].map(question('variable', name)),
  );
  return [...panels, ...annotations, ...variables];
}

/** What Grafana would put in: everything picked, windows as for a view of some minutes. */
export interface Substitutes {
  rateInterval: string;
  range: string;
}

export const substituted = (query: string, { rateInterval, range }: Substitutes): string =>
  query
    .replaceAll('$__rate_interval', rateInterval)
    .replaceAll('$__range', range)
    .replace(/\$(service|pod)\b/g, '.*');

/** Grafana's own function for variables, which Prometheus does not know. */
export function labelQuestion(query: string): { selector: string; label: string } | undefined {
  const [, selector, label] = /^label_values\((.+),\s*(\w+)\)$/.exec(query) ?? [];
  return selector && label ? { selector, label } : undefined;
}
