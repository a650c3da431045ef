import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { checkPanels } from './check-panels.ts';
import { dashboards } from '@halftone/tools/chart/dashboards/dashboards.ts';
import { metricsIn } from '@halftone/tools/chart/dashboards/metric-names.ts';
import { Prometheus } from './prometheus.ts';
import { questionsOf, targetsOf } from '@halftone/tools/chart/dashboards/questions.ts';

/** Answers as Prometheus does: an error for what it can't read, nothing for a metric that it has not. */
let server: Server;
let prometheus: Prometheus;
const asked: string[] = [];
const has = (metric: string) => !metric.startsWith('misspelt_');
const opens = (text: string, sign: string) => text.split(sign).length;

function answer(url: URL): { status: number; body: object } {
  const query = url.searchParams.get('query') ?? url.searchParams.get('match[]') ?? '';
  asked.push(query);
  if (opens(query, '(') !== opens(query, ')')) {
    return {
      status: 400,
      body: { status: 'error', errorType: 'bad_data', error: 'parse error: unclosed left parenthesis' },
    };
  }
  const known = metricsIn(query).every(has);
  if (url.pathname.endsWith('/values'))
    return { status: 200, body: { status: 'success', data: known ? ['orders'] : [] } };
  const value = query.includes('/ 0') ? 'NaN' : '1';
  const result = known ? [{ metric: {}, values: [[1, value]] }] : [];
  return { status: 200, body: { status: 'success', data: { resultType: 'matrix', result } } };
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const { status, body } = answer(new URL(request.url ?? '/', 'http://localhost'));
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  prometheus = new Prometheus(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => asked.splice(0));

/** The dashboard with another query in one panel. */
function brokenBy(change: (expr: string) => string): { dashboard: Dashboard; title: string } {
  const [dashboard] = dashboards();
  const panel = dashboard?.panels?.find(({ type }) => type === 'timeseries');
  const [target] = panel ? targetsOf(panel) : [];
  if (!dashboard || !panel || !target?.expr) throw new Error('the first dashboard has no lines');
  target.expr = change(target.expr);
  return { dashboard, title: panel.title ?? '' };
}

async function failuresOf(dashboard: Dashboard) {
  const { ok, findings } = await checkPanels(prometheus, [dashboard], 5);
  return { ok, failed: findings.filter((finding) => !finding.ok).map(({ asker, reason }) => ({ asker, reason })) };
}

test('every question of every dashboard is asked, with nothing of Grafana left in it', async () => {
  const all = dashboards();
  const { ok, findings } = await checkPanels(prometheus, all, 5);
  expect(ok).toBe(true);
  expect(asked).toHaveLength(all.flatMap(questionsOf).length);
  expect(findings).toHaveLength(asked.length);
  expect(asked.filter((query) => query === '' || query.includes('$'))).toEqual([]);
});

test('each panel, variable and annotation asks something', () => {
  for (const dashboard of dashboards()) {
    const askers = questionsOf(dashboard).map(({ asker }) => asker);
    const panels = (dashboard.panels ?? []).filter(({ type }) => type !== 'row').map(({ title }) => title);
    const variables = (dashboard.templating?.list ?? []).map(({ name }) => name);
    const annotations = (dashboard.annotations?.list ?? []).map(({ name }) => name);
    expect(new Set(askers)).toEqual(new Set([...panels, ...annotations, ...variables]));
  }
});

test('a misspelt metric fails the check by its panel', async () => {
  const { dashboard, title } = brokenBy((expr) => expr.replace(/[a-z_:0-9]+/, 'misspelt_metric'));
  expect(await failuresOf(dashboard)).toEqual({ ok: false, failed: [{ asker: title, reason: 'empty result' }] });
});

test('a query that Prometheus cannot read fails with its words', async () => {
  const { dashboard, title } = brokenBy((expr) => `sum(${expr}`);
  const reason = 'parse error: unclosed left parenthesis';
  expect(await failuresOf(dashboard)).toEqual({ ok: false, failed: [{ asker: title, reason }] });
});

test('nothing but NaN is as empty as nothing', async () => {
  const { dashboard, title } = brokenBy((expr) => `${expr} / 0`);
  const failed = [{ asker: title, reason: 'nothing but NaN: no traffic, or a division by zero' }];
  expect(await failuresOf(dashboard)).toEqual({ ok: false, failed });
});

test('no dashboards is no success', async () => {
  expect((await checkPanels(prometheus, [], 5)).ok).toBe(false);
});
