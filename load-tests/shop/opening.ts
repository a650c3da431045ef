/** `setup` of every test: customers who are signed in and have a photo. Its requests count like any other. */
import { sleep } from 'k6';
import { password, urls } from '../settings.ts';
import { bearer, signIn, tokenOf, type Customer } from './customer.ts';
import { send } from './request.ts';

const photo = open(import.meta.resolve('../../assets/photos/rocket.jpg'), 'b');

/** Seeded for load tests; each can pay for millions of orders. */
const wanted = Array.from({ length: 10 }, (_, index) => `load-${index + 1}`);

/** They have $1,000.00 each, which short tests don't use up. */
const always = ['alice', 'bob'];

export interface Opening {
  customers: Customer[];
}

type SignedIn = Pick<Customer, 'id' | 'token'>;

function trySignIn(id: string): SignedIn | undefined {
  const reply = signIn(id);
  // 429: it was tried too often already.
  if (reply.status === 401 || reply.status === 429) return undefined;
  if (reply.status !== 200) throw new Error(`${id} can't sign in at ${urls.gateway}: ${reply.status} ${reply.body}`);
  return { id, token: tokenOf(reply) };
}

function signInAll(count: number): SignedIn[] {
  const signedIn = (ids: string[]) => ids.map(trySignIn).filter((one) => one !== undefined);
  // They are there all together or not at all, and each wrong guess counts against this address.
  const [first = '', ...others] = wanted.slice(0, count);
  const one = trySignIn(first);
  if (one) return [one, ...signedIn(others)];
  console.warn('no customers for load tests here (SEED_LOAD_CUSTOMERS of payments): alice and bob pay');
  const usual = signedIn(always);
  if (usual.length === 0)
    throw new Error(`nobody can sign in with the password ${JSON.stringify(password)}: set SEED_PASSWORD`);
  return usual;
}

interface Image {
  id: string;
  status: string;
  reason?: string;
}

function get<Body>(who: SignedIn, path: string, name: string): Body {
  const reply = send(urls.gateway + path, { name, headers: bearer(who) });
  if (reply.status !== 200) throw new Error(`${name}: ${reply.status} ${reply.body}`);
  return reply.json() as Body;
}

function upload(who: SignedIn, key: string): string {
  const headers = { ...bearer(who), 'content-type': 'image/jpeg' };
  const reply = send(`${urls.gateway}/v1/images`, { name: 'upload', method: 'POST', headers, body: photo, key });
  if (reply.status !== 202) throw new Error(`upload: ${reply.status} ${reply.body}`);
  return (reply.json() as { id: string }).id;
}

function untilReady(who: SignedIn, id: string): string {
  for (let tries = 0; tries < 300; tries += 1) {
    const { status, reason } = get<Image>(who, `/v1/images/${id}/status`, 'image-status');
    if (status === 'ready') return id;
    if (status === 'failed') throw new Error(`photo ${id} failed: ${reason}`);
    sleep(0.2);
  }
  throw new Error(`photo ${id} is not ready after a minute`);
}

function readyImage(who: SignedIn): string | undefined {
  const { items } = get<{ items: Image[] }>(who, '/v1/images?limit=20', 'images');
  return items.find(({ status }) => status === 'ready')?.id;
}

/** The whole way of a photo, from the upload to its renditions. */
export const uploadAnew = (who: SignedIn): string => untilReady(who, upload(who, crypto.randomUUID()));

/** Photos that are missing are uploaded together, then awaited; with the same key each time, so that a customer has one such photo. */
export function openShop(count = wanted.length): Opening {
  const known = signInAll(count).map((who) => ({ ...who, ready: readyImage(who) }));
  const uploaded = known.map(({ ready, ...who }) => ({ ...who, ready, imageId: ready ?? upload(who, 'load-photo') }));
  const customers = uploaded.map(({ ready, ...who }) => ({ ...who, imageId: ready ?? untilReady(who, who.imageId) }));
  return { customers };
}
