/** One order's trace as Jaeger has it. */
import { randomBytes } from 'node:crypto';
import { orderOf, type Order } from '../../harness/clients/api.ts';
import { jsonOf, send } from '../../harness/clients/http.ts';
import { expecting, signIn } from '../../harness/clients/session.ts';
import { cheapestProduct, photo, uploadAndWait } from '../../harness/clients/shop.ts';
import { waitAtMost } from '@halftone/tools/os/waiting.ts';

/** The services of an order, from the REST call over gRPC and Kafka to the notification. */
const expectedServices = ['gateway', 'orders', 'images', 'payments', 'notifications'];

interface Traces {
  data?: { spans: object[]; processes: Record<string, { serviceName: string }> }[] | null;
}

/** Of the services that have a span in it; empty while Jaeger does not know it. Pure. */
function servicesIn({ data }: Traces): string[] {
  const names = (data ?? []).flatMap(({ processes }) => Object.values(processes).map(({ serviceName }) => serviceName));
  return [...new Set(names)].sort();
}

export const missingIn = (traces: Traces): string[] =>
  expectedServices.filter((station) => !servicesIn(traces).some((name) => name.includes(station)));

async function orderWithTrace(gateway: string): Promise<{ traceId: string; order: Order }> {
  const alice = await signIn(gateway, 'alice');
  const imageId = await uploadAndWait(alice, await photo('rocket.jpg'));
  const product = await cheapestProduct(alice);
  const traceId = randomBytes(16).toString('hex');
  const headers = { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` };
  const reply = await alice.post('/v1/orders', orderOf(imageId, product.id), { headers });
  return { traceId, order: jsonOf<Order>(expecting('order', reply, 201)) };
}

/** Spans are sent in batches, a few seconds later. */
export async function traceOfAnOrder(gateway: string, jaeger: string): Promise<string> {
  const { traceId, order } = await orderWithTrace(gateway);
  let seen: Traces = {};
  const whole = async () => {
    const reply = await send(`${jaeger}/api/traces/${traceId}`);
    if (reply.status === 200) seen = jsonOf<Traces>(reply);
    return reply.status === 200 && missingIn(seen).length === 0 ? true : undefined;
  };
  await waitAtMost('the trace', whole, { withinMs: 30_000, everyMs: 1_000 });
  const missing = missingIn(seen);
  const found = servicesIn(seen).join(', ') || 'nothing';
  if (missing.length > 0)
    throw new Error(`the trace ${traceId} of order ${order.id} lacks ${missing.join(', ')}; it has ${found}`);
  const spans = (seen.data ?? []).reduce((sum, trace) => sum + trace.spans.length, 0);
  return `${spans} spans of ${found}`;
}
