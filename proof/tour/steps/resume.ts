import type { Cut, Listener } from '../../harness/clients/listener.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import { isInOrder } from '../../harness/clients/tally.ts';
import { cheapestProduct, notificationsAfter, placeOrder } from '../../harness/clients/shop.ts';
import { hold, imageOf, type Step, type Tour } from '../step.ts';

const orders = 5;

/** Ends the replica the listener is on; gives its pid or name. */
const killUnder = ({ system }: Tour, { url }: Listener): Promise<string | number | undefined> | undefined =>
  url === undefined ? undefined : system.killBehind(url);

async function placeOrders(tour: Tour): Promise<string[]> {
  const { alice } = tour;
  const imageId = imageOf(tour);
  const { id: product } = await cheapestProduct(alice);
  const placed: string[] = [];
  while (placed.length < orders) placed.push((await placeOrder(alice, imageId, product)).id);
  return placed;
}

const cutMs = ({ at, backAt = at }: Cut): number => Math.round(backAt - at);

/** The process a listener is on dies while events flow: the listener goes on at the other one, with nothing lost and nothing twice. */
export const resumeStep: Step = {
  name: 'resume',
  take: async (tour) => {
    const { alice, socket } = tour;
    const base = socket.lastSeq;
    const cutsBefore = socket.cuts.length;
    // The process dies when the first events arrive and most are still to come.
    const kill = socket
      .waitFor('events to flow', ({ seq }) => seq > base)
      .then(() => eventually('the listener to be on a replica that is known', () => killUnder(tour, socket)));
    const [ids, killed] = await Promise.all([placeOrders(tour), kill]);
    const shipped = (id: string) =>
      socket.waitFor(`orders/${id} to be shipped`, (e) => e.subject === `orders/${id}` && e.type === 'order.shipped');
    await Promise.all(ids.map(shipped));
    const cut = await eventually('the listener to be back', () =>
      socket.cuts.slice(cutsBefore).find(({ backAt }) => backAt !== undefined),
    );
    const until = socket.lastSeq;
    const expected = (await notificationsAfter(alice, base)).filter(({ seq }) => seq <= until);
    const received = socket.received.filter(({ seq }) => seq > base && seq <= until);
    const { lost, duplicated, missing, repeated } = socket.tally({ after: base, until });
    const numbers = {
      lost,
      duplicated,
      missing,
      repeated,
      resets: socket.resets,
      received: received.length,
      expected: expected.length,
    };
    hold(
      lost === 0 && duplicated === 0 && socket.resets === 0 && received.length === expected.length,
      'the stream broke',
      numbers,
    );
    const same = received.every(
      ({ seq, type, subject }, i) =>
        expected[i]?.seq === seq && expected[i].type === type && expected[i].subject === subject,
    );
    hold(same && isInOrder(received.map(({ seq }) => seq)), 'the stream differs from the list of notifications', {
      received,
      expected,
    });
    return { killed, from: cut.from, to: cut.to, cutMs: cutMs(cut), orders, events: received.length, lost, duplicated };
  },
};
