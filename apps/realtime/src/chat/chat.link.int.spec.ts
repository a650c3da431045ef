import { notificationsV1 } from '@halftone/contracts';
import { connectGrpc } from '@halftone/grpc';
import type { RunningService } from '@halftone/service';
import { bootService, eventually, freePort, testToken } from '@halftone/testing';
import type { NotificationsClient } from '../clients';
import { ChatRooms, chatService } from '../fixture/chat.fixture';
import { ChatLink } from './chat.link';

const room = 'support:alice';
let rooms: ChatRooms;
let port: string;
let served: RunningService;
let client: NotificationsClient;
let close: () => void;
let links: ChatLink[];

const serve = () => bootService(chatService(rooms), { GRPC_PORT: port });

beforeEach(async () => {
  rooms = new ChatRooms();
  links = [];
  port = String(await freePort());
  served = await serve();
  ({ client, close } = connectGrpc(notificationsV1.NotificationsServiceService, { url: `127.0.0.1:${port}` }));
});
afterEach(async () => {
  for (const link of links) link.leave();
  rooms.break();
  close();
  await served.stop();
});

class Seat {
  readonly told: string[] = [];
  readonly link: ChatLink;
  isCongested = false;
  done = false;

  constructor(token: string, customer: string, { after = 0, name = room } = {}) {
    const peer = { id: '1', principal: { customer, role: 'customer' } as const, token, send: () => undefined };
    Object.defineProperty(peer, 'isCongested', { get: () => this.isCongested });
    this.link = new ChatLink(client, peer as never, name, after, {
      joined: (lastSeq) => void this.told.push(`joined at ${lastSeq}`),
      said: ({ seq, text }) => void this.told.push(`${seq} ${text}`),
      refused: (clientId, { code }) => void this.told.push(`${clientId} ${code}`),
      ended: ({ code }) => void this.told.push(code),
    });
    links.push(this.link);
    void this.link.run().then(() => (this.done = true));
  }
}

const seat = async (customer: string, options?: { after?: number; name?: string }) =>
  new Seat(await testToken(customer), customer, options);
const numbered = (count: number) => Array.from({ length: count }, (_, n) => `${n + 1} m${n}`);

test('when the stream breaks before the answer to each second message, each is said once and heard once', async () => {
  rooms.breaksAfter = ({ seq }) => seq % 2 === 0;
  const alice = await seat('alice');
  for (let n = 0; n < 12; n += 1) alice.link.say(`m${n}`, `c${n}`);
  await eventually(() => expect(alice.told).toEqual(['joined at 0', ...numbered(12)]), 30_000);
  expect(rooms.visits).toBeGreaterThan(1);
});

test('what others say while the service is away is heard when it is back', async () => {
  const alice = await seat('alice');
  await eventually(() => expect(alice.told).toHaveLength(1));
  rooms.say(room, 'olga', 'm0', 'x0');
  await eventually(() => expect(alice.told).toHaveLength(2));
  rooms.break();
  await served.stop();
  for (let n = 1; n < 4; n += 1) rooms.say(room, 'olga', `m${n}`, `x${n}`);
  alice.link.say('m4', 'c4');
  served = await serve();
  await eventually(() => expect(alice.told).toEqual(['joined at 0', ...numbered(5)]), 30_000);
});

test('a link begins after the message that is named', async () => {
  for (let n = 0; n < 3; n += 1) rooms.say(room, 'olga', `m${n}`, `x${n}`);
  const alice = await seat('alice', { after: 2 });
  await eventually(() => expect(alice.told).toEqual(['joined at 3', '3 m2']));
});

test('what is refused is told by its name and not said again', async () => {
  const alice = await seat('alice');
  alice.link.say('rude', 'c1');
  await eventually(() => expect(alice.told).toEqual(['joined at 0', 'c1 VALIDATION_FAILED']));
  rooms.break();
  alice.link.say('m0', 'c2');
  await eventually(() => expect(alice.told).toEqual(['joined at 0', 'c1 VALIDATION_FAILED', '1 m0']), 20_000);
});

test('a room that lets nobody in is asked once', async () => {
  const alice = await seat('alice', { name: 'closed:alice' });
  await eventually(() => expect(alice.done).toBe(true));
  expect([alice.told, rooms.visits]).toEqual([['FORBIDDEN'], 1]);
});

test('a client that does not read is not sent on to', async () => {
  const alice = await seat('alice');
  await eventually(() => expect(alice.told).toHaveLength(1));
  alice.isCongested = true;
  for (let n = 0; n < 5; n += 1) rooms.say(room, 'olga', `m${n}`, `x${n}`);
  await eventually(() => expect(alice.told).toHaveLength(2));
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(alice.told).toHaveLength(2);
  alice.isCongested = false;
  await eventually(() => expect(alice.told).toEqual(['joined at 0', ...numbered(5)]));
});

test('who says on and on without an answer is slowed down', async () => {
  const alice = await seat('alice');
  rooms.breaksAfter = () => true;
  const sayAll = () => {
    for (let n = 0; n < 33; n += 1) alice.link.say(`m${n}`, `c${n}`);
  };
  expect(sayAll).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
});

test('who leaves hears nothing more', async () => {
  const alice = await seat('alice');
  await eventually(() => expect(alice.told).toHaveLength(1));
  alice.link.leave();
  await eventually(() => expect(alice.done).toBe(true));
  rooms.say(room, 'olga', 'm0', 'x0');
  expect(alice.told).toEqual(['joined at 0']);
});

test('hundreds of seats are streams of one connection, and each is told', async () => {
  const seats = await Promise.all(Array.from({ length: 300 }, (_, n) => seat('alice', { name: `support:${n}` })));
  await eventually(() => expect(seats.map(({ told }) => told.length)).toEqual(seats.map(() => 1)), 30_000);
  for (const n of seats.keys()) rooms.say(`support:${n}`, 'olga', 'm0', 'x0');
  for (const { told } of seats) await eventually(() => expect(told).toEqual(['joined at 0', '1 m0']), 30_000);
});
