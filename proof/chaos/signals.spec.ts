import { sumsIn } from './signals.ts';

const text = `# HELP redis_up whether it answers
# TYPE redis_up gauge
redis_up 1
replay_cache_total{outcome="hit",service="gateway"} 2
replay_cache_total{outcome="away",service="gateway"} 3 # {trace_id="ab"} 1
db_transaction_duration_seconds_bucket{le="0.1"} 4
db_transaction_duration_seconds_sum 0.5
db_transaction_duration_seconds_count 4
replay_cache_total_of_others 9`;

test('a metric is the sum of its series, a histogram of its parts', () => {
  expect(sumsIn(text, ['redis_up', 'replay_cache_total', 'db_transaction_duration_seconds', 'unknown_name'])).toEqual({
    redis_up: 1,
    replay_cache_total: 5,
    db_transaction_duration_seconds: 8.5,
    unknown_name: 0,
  });
});
