import { arrows } from '@halftone/tools/shop/arrows.ts';
import { arrowsAmong, mayReach, outsider, unrelatedPod, type Arrow } from './arrows.ts';
import { judge, type Endpoint, type Attempt } from './connection-matrix.ts';

const endpoint = (component: string, portName: string): Endpoint => ({
  component,
  name: `halftone-${component}-0`,
  host: '10.0.0.1',
  port: 1,
  portName,
});

const tried = (source: string, to: Endpoint, outcome: string): Attempt => ({
  source: { component: source, name: `halftone-${source}-0` },
  endpoint: to,
  outcome,
});

const components = ['gateway', 'orders', 'postgres'];
const asItShould = [
  tried('gateway', endpoint('orders', 'grpc'), 'connected'),
  tried('gateway', endpoint('orders', 'http'), 'silence'),
  tried('gateway', endpoint('postgres', 'postgres'), 'silence'),
  tried('orders', endpoint('postgres', 'postgres'), 'connected'),
  tried('orders', endpoint('gateway', 'http'), 'ECONNREFUSED'),
  tried(unrelatedPod, endpoint('gateway', 'grpc'), 'silence'),
  tried(outsider, endpoint('gateway', 'http'), 'connected'),
];

test('everything as the table has it', () => {
  expect(judge(asItShould, components)).toEqual({ asked: 7, open: 3, missing: [], leaks: [], untried: [] });
});

test('an open pair that is no arrow is a leak', () => {
  const { leaks } = judge([...asItShould, tried('postgres', endpoint('orders', 'grpc'), 'connected')], components);
  expect(leaks).toEqual(['halftone-postgres-0 → halftone-orders-0:grpc (10.0.0.1:1) connected']);
});

test('an arrow that does not connect is missing', () => {
  const { missing } = judge([tried('gateway', endpoint('orders', 'grpc'), 'silence')], components);
  expect(missing).toEqual(['halftone-gateway-0 → halftone-orders-0:grpc (10.0.0.1:1) silence']);
});

test('an arrow nobody tried is named', () => {
  expect(judge(asItShould.slice(1), components).untried).toEqual(['gateway → orders:grpc']);
});

test('what is outside of the cluster is for nobody of the release', () => {
  const { leaks } = judge([tried('orders', endpoint('outside', 'listener'), 'connected')], components);
  expect(leaks).toHaveLength(1);
});

test.each([outsider, unrelatedPod])('%s may use the edges, and nothing behind them', (foreigner) => {
  expect(['gateway', 'graph', 'realtime'].every((edge) => mayReach(foreigner, edge, 'http'))).toBe(true);
  expect(mayReach(foreigner, 'orders', 'http') || mayReach(foreigner, 'kafka', 'kafka')).toBe(false);
});

test('no pod of the release calls an edge', () => {
  expect(mayReach('orders', 'gateway', 'http') || mayReach('postgres', 'realtime', 'http')).toBe(false);
});

test('money and photos are reached through the engines by nobody but their services', () => {
  const toPostgres = arrowsAmong(['gateway', 'graph', 'realtime', 'prometheus', 'kafka', 'redis', 'postgres']).filter(
    ({ target }) => target === 'postgres',
  );
  expect(toPostgres).toEqual([]);
});

test('the arrows are those of the table of the services', () => {
  const found = arrowsAmong(arrows.flatMap(({ source, target }) => [source, target]));
  const inWords = ({ source, target, port }: Arrow) => `${source} → ${target}:${port}`;
  expect(found.map(inWords).toSorted()).toEqual(arrows.map(inWords).toSorted());
});
