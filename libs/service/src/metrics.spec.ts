import { counter, exemplarHistogram, renderMetrics, sampledGauge } from './metrics';
import { withSpan, withTraceparent } from './tracing';

const traceId = '0af7651916cd43dd8448eb211c80319c';

const linesOf = async (name: string, accept?: string): Promise<string[]> =>
  (await renderMetrics(accept)).body.split('\n').filter((line) => line.startsWith(name));

test('a counter with known label values has every series at zero before it counts', async () => {
  const sales = counter('sales_total', 'Sales', { size: ['s', 'l'], paid: ['yes', 'no'] });
  sales.inc({ size: 'l', paid: 'no' });
  expect(await linesOf('sales_total')).toEqual([
    'sales_total{size="s",paid="yes"} 0',
    'sales_total{size="s",paid="no"} 0',
    'sales_total{size="l",paid="yes"} 0',
    'sales_total{size="l",paid="no"} 1',
  ]);
});

test('a bucket has the latest trace as exemplar; a value outside any trace counts too', async () => {
  const waits = exemplarHistogram('waits_seconds', 'Waits', ['where'], [0.1, 1]);
  waits.observe({ where: 'here' }, 0.01);
  await withTraceparent(`00-${traceId}-b7ad6b7169203331-01`, () =>
    withSpan('wait', {}, async () => waits.observe({ where: 'here' }, 0.5)),
  );
  const [fast, slow] = await linesOf('waits_seconds_bucket', 'application/openmetrics-text');
  expect(fast).toBe('waits_seconds_bucket{le="0.1",where="here"} 1');
  expect(slow).toContain(`waits_seconds_bucket{le="1",where="here"} 2 # {trace_id="${traceId}"} 0.5`);
});

test('a sampled gauge is computed at each scrape, by its latest declaration', async () => {
  let length = 1;
  sampledGauge('queue_length', 'Queue', ['name'], (gauge) => gauge.set({ name: 'gone' }, 99));
  sampledGauge('queue_length', 'Queue', ['name'], (gauge) => gauge.set({ name: 'jobs' }, length));
  expect(await linesOf('queue_length')).toEqual(['queue_length{name="jobs"} 1']);
  length = 7;
  expect(await linesOf('queue_length')).toEqual(['queue_length{name="jobs"} 7']);
});

test.each([
  ['application/openmetrics-text', 'application/openmetrics-text'],
  ['application/openmetrics-text;q=0, text/plain', 'text/plain'],
  ['application/openmetrics-text;q=0.1, text/plain;q=0.9', 'text/plain'],
  ['image/png', 'text/plain'],
])('Accept %s gets the metrics as %s', async (accept, type) => {
  expect((await renderMetrics(accept)).contentType).toMatch(new RegExp(`^${type};`));
});
