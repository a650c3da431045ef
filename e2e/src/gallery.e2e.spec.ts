import { isDeepStrictEqual } from 'node:util';
import { jsonOf } from '@halftone/proof/harness/clients/http.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import { placeOrder, waitUntilFinal } from '@halftone/proof/harness/clients/shop.ts';
import { listen, query, shopping, signedIn, system } from './system';

interface Page {
  events: { type: string; subject: string; data: { count: number; total: number } }[];
  cursor: string;
}

/** As anybody may: nobody is signed in here. */
async function gallery(search: Record<string, string>): Promise<Page> {
  const [url = ''] = system().urls.realtime;
  const query = new URLSearchParams({ channel: 'gallery', ...search });
  const answer = await fetch(`${url}/v1/events?${query}`, { headers: { accept: 'application/json' } });
  expect(answer.status).toBe(200);
  return jsonOf<Page>({ text: await answer.text() });
}

test('everybody sees what is sold in numbers, and the numbers are those of the notifications', async () => {
  const alice = await signedIn('alice');
  const { imageId, product } = await shopping(alice);
  const { cursor } = await gallery({});
  const mine = await listen(alice, 'websocket');
  const { id } = await placeOrder(alice, imageId, product);
  await mine.waitFor('its end', ({ subject, type }) => subject === `orders/${id}` && type === 'order.shipped');
  await mine.close();
  const page = await eventually('the event of the gallery', async () => {
    const found = await gallery({ cursor });
    return found.events.some(({ type }) => type === 'gallery.orders-shipped') ? found : undefined;
  });
  const [row] = await query<{ n: string }>(
    "SELECT count(*) AS n FROM notifications.notification WHERE type = 'order.shipped'",
  );
  expect(page.events.findLast(({ type }) => type === 'gallery.orders-shipped')?.data.total).toBe(Number(row?.n));
  expect(JSON.stringify(page)).not.toMatch(new RegExp(`alice|${id}|${imageId}`));
});

const counted = `
  SELECT 'gallery/' || kind AS subject, count(*) AS total
  FROM notifications.notification
  JOIN (VALUES ('order.paid', 'orders-paid'), ('order.shipped', 'orders-shipped'), ('image.ready', 'photos-ready'))
    AS counted (type, kind) USING (type)
  GROUP BY kind`;

test('a snapshot of the gallery is the last total of each kind', async () => {
  const alice = await signedIn('alice');
  const { imageId, product } = await shopping(alice);
  const { id } = await placeOrder(alice, imageId, product);
  expect((await waitUntilFinal(alice, id)).status).toBe('shipped');
  await eventually('the three totals of the snapshot to be those of the notifications', async () => {
    const { events } = await gallery({ snapshot: 'true' });
    const totals = await query<{ subject: string; total: number }>(counted);
    const inSnapshot = events.map(({ subject, data }) => `${subject} ${data.total}`).toSorted();
    const expected = totals.map(({ subject, total }) => `${subject} ${total}`).toSorted();
    return (inSnapshot.length === 3 && isDeepStrictEqual(inSnapshot, expected)) || undefined;
  });
});
