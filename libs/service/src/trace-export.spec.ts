import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTraceExport } from './trace-export';
import { isRecorded, traceparent, withSpan, withTraceparent } from './tracing';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parent = `00-${traceId}-b7ad6b7169203331-01`;

test('without an exporter a span has only its ids', async () => {
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

/** The spans that a collector received during the work. */
async function exported(ratio: number, work: () => Promise<unknown>): Promise<string> {
  const received: string[] = [];
  const collector = createServer((request, reply) => {
    request.setEncoding('latin1').on('data', (text: string) => received.push(`${request.url} ${text}`));
    request.on('end', () => reply.end('{}'));
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const { port } = collector.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}/`;
  const exporting = await startTraceExport({
    endpoint,
    service: 'orders',
    instance: 'orders-1',
    version: '1.2',
    ratio,
  });
  await work();
  await exporting.stop();
  collector.close();
  return received.join('');
}

test('spans are sent to the collector, at the latest when it stops', async () => {
  const sent = await exported(1, async () => {
    const failed = withTraceparent(parent, () =>
      withSpan('place order', { lines: 2 }, () => Promise.reject(new Error('no'))),
    );
    await expect(failed).rejects.toThrow('no');
  });
  expect(sent).toMatch(/^\/v1\/traces /);
  for (const part of ['place order', 'orders-1', '1.2']) expect(sent).toContain(part);
});

test('the ratio applies to traces that start here; an incoming trace is recorded if its sender records it', async () => {
  const sent = await exported(0, async () => {
    await withSpan('begun here', {}, async () => expect(traceparent()).toMatch(/-00$/));
    await withTraceparent(parent, () => withSpan('came in', {}, async () => expect(traceparent()).toMatch(/-01$/)));
    expect([isRecorded(parent), isRecorded(parent.replace(/01$/, '00')), isRecorded(undefined)]).toEqual([
      true,
      false,
      false,
    ]);
  });
  expect(sent).toContain('came in');
  expect(sent).not.toContain('begun here');
});
