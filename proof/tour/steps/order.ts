import { orderOf, type Order } from '../../harness/clients/api.ts';
import { jsonOf } from '../../harness/clients/http.ts';
import type { Listener } from '../../harness/clients/listener.ts';
import { expecting } from '../../harness/clients/session.ts';
import { cheapestProduct } from '../../harness/clients/shop.ts';
import { hold, imageOf, listen, type Step } from '../step.ts';

const life = ['order.placed', 'order.paid', 'order.printing', 'order.shipped'];

const ofOrder = ({ received }: Listener, subject: string) => received.filter((event) => event.subject === subject);

/** Places one order. WebSocket and SSE must receive the same events, by id and in order. */
export const orderStep: Step = {
  name: 'order',
  take: async (tour) => {
    const { alice, socket } = tour;
    const stream = (tour.stream ??= await listen(tour, 'sse', socket.received.at(-1)?.id));
    const product = await cheapestProduct(alice);
    const start = performance.now();
    const reply = expecting('order', await alice.post('/v1/orders', orderOf(imageOf(tour), product.id)), 201);
    const order = jsonOf<Order>(reply);
    const subject = `orders/${order.id}`;
    const shipped = (listener: Listener) =>
      listener.waitFor(
        `${subject} to be shipped`,
        (event) => event.subject === subject && event.type === 'order.shipped',
      );
    await Promise.all([shipped(socket), shipped(stream)]);
    const [onSocket, onStream] = [ofOrder(socket, subject), ofOrder(stream, subject)];
    const types = onSocket.map(({ type }) => type);
    hold(JSON.stringify(types) === JSON.stringify(life), 'the events of the order are not complete', types);
    const ids = onSocket.map(({ id }) => id);
    hold(JSON.stringify(ids) === JSON.stringify(onStream.map(({ id }) => id)), 'WebSocket and SSE differ', {
      onSocket,
      onStream,
    });
    return {
      orderId: order.id,
      product: product.id,
      total: order.total,
      events: onSocket.map(({ type, seq, at }) => ({ type, seq, afterMs: Math.round(at - start) })),
      sameOnSse: true,
      tries: reply.attempts,
    };
  },
};
