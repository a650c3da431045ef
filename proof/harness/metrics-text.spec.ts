import { sampleOf } from './metrics-text.ts';

const text = `# HELP realtime_connections now open
# TYPE realtime_connections gauge
realtime_connections{transport="websocket",service="realtime"} 3
realtime_connections{transport="sse",service="realtime"} 1
realtime_connections_total 9
`;

test('the sum of the series that have the labels', () => {
  expect(sampleOf(text, 'realtime_connections', { transport: 'websocket' })).toBe(3);
  expect(sampleOf(text, 'realtime_connections')).toBe(4);
  expect(sampleOf(text, 'realtime_connections_total')).toBe(9);
});

test('a series that is not there is not zero', () => {
  expect(sampleOf(text, 'realtime_connections', { transport: 'poll' })).toBeUndefined();
});
