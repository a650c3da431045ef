import { performance } from 'node:perf_hooks';
import { orderOf, type Order } from '../harness/clients/api.ts';
import { jsonOf } from '../harness/clients/http.ts';
import { Listener } from '../harness/clients/listener.ts';
import { expecting, signIn, type Session } from '../harness/clients/session.ts';
import { cheapestProduct, photo, uploadAndWait } from '../harness/clients/shop.ts';
import { useSystem } from '@halftone/tools/shop/use-system.ts';
import type { Benchmark } from './benchmark.ts';
import { line } from './sample.ts';

const ordersPerRound = 200;
const warmUp = 20;

interface Times {
  placedToEvent: number;
  acceptedToEvent: number;
  placedToAccepted: number;
}

async function placeAndReceive(session: Session, socket: Listener, body: object): Promise<Times> {
  const sent = performance.now();
  const reply = expecting('order', await session.post('/v1/orders', body), 201);
  const accepted = performance.now();
  const subject = `orders/${jsonOf<Order>(reply).id}`;
  const event = (...types: string[]) =>
    socket.waitFor(
      `${subject} ${types.join(' or ')}`,
      (event) => event.subject === subject && types.includes(event.type),
    );
  const { at } = await event('order.placed');
  // Its later steps would share the machine with the next order.
  await event('order.shipped', 'order.payment_failed', 'order.refunded');
  return { placedToEvent: at - sent, acceptedToEvent: at - accepted, placedToAccepted: accepted - sent };
}

async function measure(session: Session, socket: Listener, count: number): Promise<Times[]> {
  const imageId = await uploadAndWait(session, await photo('rocket.jpg'));
  const body = orderOf(imageId, (await cheapestProduct(session)).id);
  const times: Times[] = [];
  for (let index = -warmUp; index < count; index += 1) {
    const took = await placeAndReceive(session, socket, body);
    if (index >= 0) times.push(took);
  }
  return times;
}

/** One customer places one order at a time. Measures from sending the request until its event arrives on an open WebSocket. */
export const orderLatency: Benchmark = {
  name: 'order-latency',
  about: 'order placed → order.placed on an open WebSocket, measured by the client',
  rounds: 1,
  run: async ({ rounds, say }) => {
    const { run, stop } = await useSystem();
    try {
      const session = await signIn(run.urls.gateway, 'alice');
      const socket = await Listener.start({ session, urls: run.urls.realtime, transport: 'websocket' });
      const times = await measure(session, socket, rounds * ordersPerRound);
      await socket.close();
      say(`${times.length} orders, lost ${socket.tally().lost}, duplicated ${socket.tally().duplicated}`);
      const of = (name: string, key: keyof Times) =>
        line(
          'order-latency',
          name,
          'ms',
          times.map((time) => time[key]),
          true,
        );
      return [
        of('placed-to-event', 'placedToEvent'),
        of('accepted-to-event', 'acceptedToEvent'),
        of('placed-to-accepted', 'placedToAccepted'),
      ];
    } finally {
      await stop();
    }
  },
};
