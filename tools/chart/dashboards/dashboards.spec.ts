import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboards } from './dashboards.ts';
import { stale } from './files.ts';
import { targetsOf } from './questions.ts';

const panelsOf = ({ panels = [] }: Dashboard) => panels.filter(({ type }) => type !== 'row') as Panel[];
const places = ({ panels = [] }: Dashboard) => panels.flatMap(({ gridPos }) => gridPos ?? []);

test('the committed files are what the source gives', () => expect(stale()).toEqual([]));

test('the same source gives the same dashboards', () =>
  expect(JSON.stringify(dashboards())).toBe(JSON.stringify(dashboards())));

describe.each(dashboards().map((dashboard) => [dashboard.title ?? '', dashboard] as const))(
  '%s',
  (_title, dashboard) => {
    test('every panel says what it shows, in which unit, and what to think of it', () => {
      expect(panelsOf(dashboard)).not.toEqual([]);
      for (const { title, description, fieldConfig } of panelsOf(dashboard)) {
        const unit = fieldConfig?.defaults.unit;
        expect({ title, unit }).toEqual({ title: expect.stringMatching(/\S/), unit: expect.stringMatching(/\S/) });
        expect(`${title}: ${description}`).toMatch(/: (\S+ ){3}.*\.$/);
      }
    });

    test('titles are unique, so that a finding names one panel', () => {
      const titles = panelsOf(dashboard).map(({ title }) => title);
      expect(new Set(titles).size).toBe(titles.length);
    });

    test('lines of panels fill the 24 columns and overlap nowhere', () => {
      const widths = new Map<number, number>();
      for (const { x, y, w } of places(dashboard)) {
        expect(x).toBe(widths.get(y) ?? 0);
        widths.set(y, x + w);
      }
      expect(new Set(widths.values())).toEqual(new Set([24]));
    });

    test('it is linked to the others, and marks rollouts and faults', () => {
      expect(dashboard.links?.map(({ tags }) => tags)).toEqual([['halftone']]);
      expect(dashboard.tags).toEqual(['halftone']);
      expect(dashboard.annotations?.list?.map(({ name }) => name)).toEqual([
        'Rollouts',
        'Faults injected',
        'Ready or not',
        'Pods came or went',
      ]);
    });
  },
);

test('latencies that carry traces show them and lead to Jaeger', () => {
  const traced =
    /(http_server_duration|grpc_server_duration|consumer_handle|event_delay|order_saga|realtime_feed_delay)_seconds_bucket/;
  const lines = dashboards()
    .flatMap(panelsOf)
    .filter(({ type }) => type === 'timeseries');
  const withTraces = lines.filter((panel) => targetsOf(panel).some(({ expr }) => traced.test(expr ?? '')));
  expect(withTraces.length).toBeGreaterThan(5);
  for (const panel of withTraces) {
    expect(targetsOf(panel).map(({ exemplar }) => exemplar)).not.toContain(false);
    expect(panel.links?.map(({ url }) => url)).toEqual([expect.stringContaining('jaeger')]);
  }
});
