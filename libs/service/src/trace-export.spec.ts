import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTraceExport } from './trace-export';
import { traceparent, withSpan, withTraceparent } from './tracing';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parent = `00-${traceId}-b7ad6b7169203331-01`;

test('without an exporter a span is its ids', async () => {
  const inner = await withSpan('outer', {}, async () => [
    traceparent(),
    await withSpan('inner', {}, async () => traceparent()),
  ]);
  const [first, second] = inner.map((header) => header?.split('-'));
  expect(first?.[1]).toBe(second?.[1]);
  expect(first?.[2]).not.toBe(second?.[2]);
  expect(traceparent()).toBeUndefined();
});

test.each(['', 'nonsense', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`])(
  'a header like "%s" starts a new trace',
  async (header) => {
    const sent = await withTraceparent(header, () => withSpan('a', {}, async () => traceparent()));
    expect(sent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  },
);

test('spans are sent to the collector at the latest when it stops', async () => {
  const received: string[] = [];
  const collector = createServer((request, reply) => {
    request.setEncoding('latin1').on('data', (text: string) => received.push(`${request.url} ${text}`));
    request.on('end', () => reply.end('{}'));
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const { port } = collector.address() as AddressInfo;

  const exporting = await startTraceExport(`http://127.0.0.1:${port}/`, 'orders', 'orders-1');
  const failed = withTraceparent(parent, () =>
    withSpan('place order', { lines: 2 }, () => Promise.reject(new Error('no'))),
  );
  await expect(failed).rejects.toThrow('no');
  await exporting.stop();
  collector.close();

  expect(received.join('')).toMatch(/^\/v1\/traces /);
  expect(received.join('')).toContain('place order');
  expect(received.join('')).toContain('orders-1');
});
