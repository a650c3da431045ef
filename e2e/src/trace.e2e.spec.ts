import { randomBytes } from 'node:crypto';
import { orderOf, type Order } from '@halftone/proof/harness/clients/api.ts';
import { jsonOf } from '@halftone/proof/harness/clients/http.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import { waitUntilFinal } from '@halftone/proof/harness/clients/shop.ts';
import { receivedSpans, type ReceivedSpan } from '@halftone/proof/harness/clients/trace-receiver.ts';
import { listen, shopping, signedIn } from './system';

/** Set by global-setup.mjs: where a system of our own sends its spans. One that was up before sends them elsewhere or nowhere. */
const endpoint = process.env['HALFTONE_TEST_TRACES'];
if (!endpoint) throw new Error('HALFTONE_TEST_TRACES is not set, so nobody knows whether this test can run');
const own = endpoint !== 'elsewhere';

/** Each line is a span below the one it is indented under: service, kind, name, and the type of the event it is about. */
const journey = `
gateway server POST /v1/orders
  gateway client halftone.orders.v1.OrdersService/PlaceOrder
    orders server halftone.orders.v1.OrdersService/PlaceOrder
      orders client halftone.images.v1.ImagesService/FilterPrintable
        images server halftone.images.v1.ImagesService/FilterPrintable
      orders client transaction
        orders producer publish halftone.orders.v1 (order.placed)
          notifications consumer consume halftone.orders.v1 (order.placed)
            notifications client transaction
              notifications producer publish halftone.feed.v1 (order.placed)
                realtime consumer deliver halftone.feed.v1 (order.placed)
          payments consumer consume halftone.orders.v1 (order.placed)
            payments client transaction
              payments producer publish halftone.payments.v1 (payment.captured)
                notifications consumer consume halftone.payments.v1 (payment.captured)
                orders consumer consume halftone.payments.v1 (payment.captured)
                  orders client transaction
                    orders producer publish halftone.orders.v1 (order.paid)
                      notifications consumer consume halftone.orders.v1 (order.paid)
                      orders consumer consume halftone.orders.v1 (order.paid)
                        orders client transaction
                          orders producer publish halftone.orders.v1 (order.printing)
                            notifications consumer consume halftone.orders.v1 (order.printing)
                            orders consumer consume halftone.orders.v1 (order.printing)
                              orders client transaction
                                orders producer publish halftone.orders.v1 (order.shipped)
                                  notifications consumer consume halftone.orders.v1 (order.shipped)
                                    notifications client transaction
                                      notifications producer publish halftone.feed.v1 (order.shipped)
                                        realtime consumer deliver halftone.feed.v1 (order.shipped)
`;

const label = ({ service, kind, name, attributes }: ReceivedSpan): string => {
  const type = attributes['cloudevents.event_type'];
  return `${service} ${kind} ${name}${type === undefined ? '' : ` (${type})`}`;
};

/** Every span as its labels from the outermost on; one whose parent is missing begins with where it hangs in the air. */
function pathsOf(spans: readonly ReceivedSpan[], root: string): Set<string> {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const path = (span: ReceivedSpan): string[] => {
    const parent = byId.get(span.parentSpanId);
    if (parent) return [...path(parent), label(span)];
    return span.parentSpanId === root ? [label(span)] : ['(no parent)', label(span)];
  };
  return new Set(spans.map((span) => path(span).join('\n')));
}

/** The same of an indented text. */
function pathsOfText(text: string): string[] {
  const open: string[] = [];
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const name = line.trimStart();
      open.splice((line.length - name.length) / 2);
      open.push(name);
      return open.join('\n');
    });
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('\n'));

/** The spans whose parent is there while they are not: where the trace breaks, without all that is lost with it. */
const breaks = (missing: readonly string[]): string[] =>
  missing.filter((path) => !missing.includes(parentOf(path))).map((path) => path.slice(path.lastIndexOf('\n') + 1));

const title = 'one trace leads from the request to the delivery of what became of it, through every service on its way';

(own ? test : test.skip)(
  own ? title : `${title} (the system was up before the tests and sends its spans elsewhere)`,
  async () => {
    const bob = await signedIn('bob');
    const { imageId, product } = await shopping(bob);
    const listener = await listen(bob, 'sse');
    const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
    const headers = { traceparent: `00-${traceId}-${spanId}-01` };
    const { id } = jsonOf<Order>(await bob.post('/v1/orders', orderOf(imageId, product), { headers }));
    expect((await waitUntilFinal(bob, id)).status).toBe('shipped');
    await listener.waitFor(
      'the shipping',
      ({ type, subject }) => type === 'order.shipped' && subject === `orders/${id}`,
    );

    await listener.close();

    const missing = async () => {
      const found = pathsOf(await receivedSpans(endpoint, traceId), spanId);
      return pathsOfText(journey).filter((path) => !found.has(path));
    };
    // Spans are sent once a second.
    const complete = eventually('every span', async () => (await missing()).length === 0 || undefined, {
      withinMs: 60_000,
    });
    // The assertion below names the spans that are missing.
    await complete.catch(() => undefined);
    expect(breaks(await missing())).toEqual([]);
  },
);
