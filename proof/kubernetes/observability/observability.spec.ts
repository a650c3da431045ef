import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { missingMetric, withBrokenQuery } from './broken.ts';
import { wrongTargets } from './targets.ts';
import { missingIn } from './trace.ts';

const target = (pod: string, health = 'up', lastError = '') => ({ health, lastError, labels: { pod } });

test('every pod is scraped and answers', () => {
  expect(wrongTargets([target('a'), target('b')], ['a', 'b'])).toEqual([]);
});

test('a pod that is not asked, or does not answer, is named', () => {
  expect(wrongTargets([target('a', 'down', 'refused')], ['a', 'b'])).toEqual([
    'b is not scraped',
    'a is down: refused',
  ]);
});

test('a pod that has just gone is no mistake', () => {
  expect(wrongTargets([target('a'), target('gone', 'down')], ['a'])).toEqual([]);
});

test('one query of a copy is broken, the original is not', () => {
  const all = [
    { panels: [{ type: 'row' }, { title: 'Requests', targets: [{ expr: 'up' }] }] },
  ] as unknown as Dashboard[];
  const { dashboards, panel } = withBrokenQuery(all);
  expect(panel).toBe('Requests');
  expect(JSON.stringify(dashboards)).toContain(missingMetric);
  expect(JSON.stringify(all)).not.toContain(missingMetric);
});

test('a trace that stops on its way is missing what comes after', () => {
  const trace = (...services: string[]) => ({
    data: [{ spans: [], processes: Object.fromEntries(services.map((serviceName) => [serviceName, { serviceName }])) }],
  });
  expect(missingIn(trace('gateway', 'orders', 'images', 'payments', 'notifications'))).toEqual([]);
  expect(missingIn(trace('gateway', 'orders'))).toEqual(['images', 'payments', 'notifications']);
  expect(missingIn({ data: null })).toHaveLength(5);
});
