/** The load tests there are; each is a file of `load-tests`. */
export interface LoadTest {
  name: string;
  about: string;
  /** Event streams that are listened to beside k6, which has no such client. */
  streams: number;
}

export const loadTests: readonly LoadTest[] = [
  { name: 'smoke', about: 'every public edge a few times, 20 s', streams: 1 },
  { name: 'orders', about: 'orders over REST, GraphQL and gRPC, each sent twice with its key, 30 s', streams: 0 },
  { name: 'realtime', about: 'WebSocket, long-poll and SSE listeners while orders flow, 30 s', streams: 5 },
  { name: 'spike', about: 'ten times as many orders in a moment, with listeners, 40 s', streams: 3 },
  { name: 'soak', about: 'few orders and listeners, 10 min by default', streams: 3 },
];
