import { connectionConfig } from './connections';

test('how long a connection is waited for is ours to say, unless the URL says it', () => {
  const waited = (url: string) => connectionConfig(url, 'test').connectionTimeoutMillis;
  expect(waited('postgres://orders:secret@db/halftone')).toBe(1_500);
  expect(waited('postgres://orders:secret@db/halftone?connect_timeout=30')).toBe(30_000);
});
