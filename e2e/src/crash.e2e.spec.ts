import { randomUUID } from 'node:crypto';
import { orderOf, type Order } from '@halftone/tools/client/api.ts';
import { jsonOf } from '@halftone/tools/client/http.ts';
import { expecting, type Session } from '@halftone/tools/client/session.ts';
import { balanceOf, photo, uploadAndWait, waitUntilFinal, waitUntilQuiet } from '@halftone/tools/client/shop.ts';
import { brokenInvariants, kill, shopping, signedIn, waitUntilBack } from './system';

let alice: Session;
let bob: Session;
let imageId: string;
let product: string;

beforeAll(async () => {
  [alice, bob] = await Promise.all([signedIn('alice'), signedIn('bob')]);
  ({ imageId, product } = await shopping(bob));
});

/** Some of everything at the same moment, each request with its own key, sent until it is answered. */
async function work(): Promise<void> {
  const order = async () => {
    const reply = await bob.post('/v1/orders', orderOf(imageId, product), { key: randomUUID() });
    const { id } = jsonOf<Order>(expecting('order', reply, 201));
    await waitUntilFinal(bob, id);
  };
  const give = async () =>
    expecting('transfer', await bob.post('/v1/transfers', { to: 'alice', amount: 10, currency: 'USD' }), 201);
  const upload = async () => uploadAndWait(bob, await photo('rocket.jpg'));
  await Promise.all([order(), order(), order(), give(), give(), upload()]);
}

test.each(['orders', 'payments', 'images', 'notifications', 'gateway', 'realtime', 'graph'])(
  '%s killed during work: it comes back and the work gets done, once',
  async (name) => {
    await Promise.all([waitUntilQuiet(alice), waitUntilQuiet(bob)]);
    const before = await balanceOf(alice);
    const working = work();
    const killed = kill(name);
    await Promise.all([working, waitUntilBack(killed)]);
    expect((await balanceOf(alice)) - before).toBe(20);
    expect(await brokenInvariants()).toEqual([]);
  },
);
