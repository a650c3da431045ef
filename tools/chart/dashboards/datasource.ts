/** The data sources by the names the chart provisions them under, and the way from a panel to the traces behind it. */
import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';

export const prometheus = { type: 'prometheus', uid: 'prometheus' };
const jaeger = 'jaeger';

/** Traces of the gateway in the time that the dashboard shows. A single trace opens from an exemplar's dot. */
export function tracesLink(): DashboardLinkBuilder {
  const query = { refId: 'A', datasource: { type: 'jaeger', uid: jaeger }, queryType: 'search', service: 'gateway' };
  const pane = { datasource: jaeger, queries: [query], range: { from: 'FROM', to: 'TO' } };
  // Grafana replaces variables only where their braces are not encoded.
  const panes = encodeURIComponent(JSON.stringify({ t: pane }))
    .replace('FROM', '${__from}')
    .replace('TO', '${__to}');
  return new DashboardLinkBuilder('Traces of this time')
    .type(DashboardLinkType.Link)
    .url(`/explore?schemaVersion=1&panes=${panes}`)
    .targetBlank(true);
}
