import { connectionsOf, inWords } from './connection-counts.ts';

test('connections are summed over the transports, and nothing else is', () => {
  const metrics = `# HELP realtime_connections open connections
realtime_connections{transport="websocket"} 5
realtime_connections{transport="sse"} 2
realtime_connections_total{transport="sse"} 99
`;
  expect(connectionsOf(metrics)).toBe(7);
  expect(connectionsOf('')).toBe(0);
});

test('in words', () => {
  expect(inWords({ a: 3, b: 4 })).toBe('3 on a, 4 on b');
  expect(inWords({})).toBe('unknown');
});
