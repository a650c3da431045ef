import { orderOf, type Order } from '../../client/api.ts';
import { jsonOf } from '../../client/http.ts';
import type { Listener } from '../../client/listener.ts';
import { expecting } from '../../client/session.ts';
import { cheapestProduct } from '../../client/shop.ts';
import { hold, imageOf, listen, type Step } from '../step.ts';

const life = ['order.placed', 'order.paid', 'order.printing', 'order.shipped'];

const ofOrder = ({ heard }: Listener, subject: string) => heard.filter((event) => event.subject === subject);

/** An order is placed once and told step by step: the same events, by id and in order, on WebSocket and on SSE. */
export const orderStep: Step = {
  name: 'order',
  take: async (tour) => {
    const { alice, socket } = tour;
    const stream = (tour.stream ??= await listen(tour, 'sse', socket.heard.at(-1)?.id));
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
    hold(JSON.stringify(types) === JSON.stringify(life), 'the order was not told step by step', types);
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
