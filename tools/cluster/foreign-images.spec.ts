import { remedyOf } from './foreign-images.ts';

const reason = 'no such host';

test('observability can be left out, and that is said', () => {
  const text = remedyOf([
    { image: 'grafana/grafana:12.4.0', reason },
    { image: 'jaegertracing/jaeger:2.21.0', reason },
  ]);
  expect(text).toContain('  grafana/grafana:12.4.0   (no such host)');
  expect(text).toContain('--without grafana,jaeger');
  expect(text).not.toContain('needed in any case');
});

test('an engine can not', () => {
  const text = remedyOf([{ image: 'apache/kafka:4.1.0', reason }]);
  expect(text).not.toContain('--without');
  expect(text).toContain('get apache/kafka:4.1.0 into docker');
});
