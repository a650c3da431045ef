import { connectionConfig } from './connections';

test('the connect timeout is ours unless the URL has one', () => {
  const timeout = (url: string) => connectionConfig(url, 'test').connectionTimeoutMillis;
  expect(timeout('postgres://orders:secret@db/halftone')).toBe(1_500);
  expect(timeout('postgres://orders:secret@db/halftone?connect_timeout=30')).toBe(30_000);
});
