import { randomUUID } from 'node:crypto';
import type { RunningService } from '@halftone/service';
import { eventually, testToken } from '@halftone/testing';
import { WebSocketClient } from '../../fixture/clients.fixture';
import { newCustomer } from '../../fixture/feed.fixture';
import { bootReplica } from '../../fixture/replica.fixture';

/** Long enough that a pause of a busy machine does not count as an absence. */
const absenceSeconds = 8;
const maxPeers = 3;
let replicas: RunningService[];
let clients: WebSocketClient[];
let room: string;

function boot(): Promise<RunningService> {
  return bootReplica({
    REALTIME_RTC_ABSENCE_SECONDS: `${absenceSeconds}`,
    REALTIME_RTC_PEERS: `${maxPeers}`,
    REALTIME_RTC_SIGNALS_PER_SECOND: '50',
    REALTIME_MESSAGES_AT_ONCE: '1000',
    REALTIME_TURN_URLS: 'stun:turn.example:3478,turn:turn.example:3478?transport=udp',
    REALTIME_TURN_SECRET: 'a secret of both',
  });
}

beforeAll(async () => {
  replicas = await Promise.all([boot(), boot()]);
});
beforeEach(() => {
  clients = [];
  room = `call:${randomUUID()}`;
});
afterEach(async () => {
  for (const client of clients) await client.close();
});
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
});

interface Received {
  type: string;
  code: string;
  peer: string;
  customer: string;
  polite: boolean;
  present: boolean;
  seq: number;
  candidate: { candidate: string } | null;
  peers: { peer: string; customer: string; polite: boolean }[];
  iceServers: { urls: string[]; username?: string; credential?: string }[];
}
const of = (client: WebSocketClient, type: string) => client.of(type) as unknown as Received[];
const codes = (client: WebSocketClient) => of(client, 'error').map(({ code }) => code);
const candidateNo = (n: number) => ({ candidate: `candidate:${n} 1 udp 1 127.0.0.1 9 typ host`, sdpMid: '0' });

async function connected(at: number, customer = newCustomer()): Promise<WebSocketClient> {
  const client = await WebSocketClient.connect(replicas[at]?.httpUrl ?? '', { token: await testToken(customer) });
  clients.push(client);
  return client;
}

async function joined(client: WebSocketClient, peer?: string): Promise<Received> {
  const before = of(client, 'rtc.joined').length;
  client.send({ type: 'rtc.join', room, ...(peer ? { peer } : {}) });
  await eventually(() => expect(of(client, 'rtc.joined')).toHaveLength(before + 1), 20_000);
  return of(client, 'rtc.joined').at(-1) as Received;
}

test('two peers at two replicas see each other, and exactly one of them is polite', async () => {
  const [one, two] = [await connected(0), await connected(1)];
  const first = await joined(one);
  expect(first.peers).toEqual([]);
  const second = await joined(two);
  await eventually(() => expect(of(one, 'rtc.peer')).toHaveLength(1));
  const [news] = of(one, 'rtc.peer');
  expect(second.peers.map(({ peer }) => peer)).toEqual([first.peer]);
  expect(news).toMatchObject({ peer: second.peer, present: true, polite: !second.peers[0]?.polite });
  two.send({ type: 'rtc.leave', room });
  await eventually(() => expect(of(one, 'rtc.peer').at(-1)).toMatchObject({ peer: second.peer, present: false }));
});

/** Sends a candidate to each peer as soon as it is announced. */
function greetAtOnce(client: WebSocketClient, to: string): void {
  client.socket.on('message', (data) => {
    const { type, peer, peers = [{ peer }] } = JSON.parse(String(data)) as Received;
    if (type !== 'rtc.joined' && type !== 'rtc.peer') return;
    for (const other of peers)
      client.send({ type: 'rtc.signal', room: to, peer: other.peer, candidate: candidateNo(1) });
  });
}

test('two peers that join at the same time see each other and get immediate signals', async () => {
  for (let round = 0; round < 20; round += 1) {
    room = `call:${randomUUID()}`;
    const pair = [await connected(0), await connected(1)] as const;
    for (const client of pair) greetAtOnce(client, room);
    const [first, second] = await Promise.all([joined(pair[0]), joined(pair[1])]);
    const known = (at: 0 | 1, { peers }: Received) =>
      new Set([...peers, ...of(pair[at], 'rtc.peer')].map(({ peer }) => peer));
    await eventually(() => {
      expect(known(0, first)).toEqual(new Set([second.peer]));
      expect(known(1, second)).toEqual(new Set([first.peer]));
      expect(of(pair[0], 'rtc.signal')[0]).toMatchObject({ peer: second.peer, seq: 1 });
      expect(of(pair[1], 'rtc.signal')[0]).toMatchObject({ peer: first.peer, seq: 1 });
    });
  }
});

test('signals arrive in order, numbered, and at their receiver only', async () => {
  const [one, two, three] = [await connected(0), await connected(1), await connected(1)];
  const { peer: from } = await joined(one);
  const { peer: to } = await joined(two);
  await joined(three);
  await eventually(() => expect(of(one, 'rtc.peer')).toHaveLength(2));
  for (let n = 1; n <= 100; n += 1) {
    one.send({ type: 'rtc.signal', room, peer: to, candidate: n === 100 ? null : candidateNo(n) });
  }
  await eventually(() => expect(of(two, 'rtc.signal')).toHaveLength(100));
  const received = of(two, 'rtc.signal');
  expect(received.map(({ seq, peer }) => [seq, peer])).toEqual(received.map((_, at) => [at + 1, from]));
  expect(received.slice(0, -1).map(({ candidate }) => candidate)).toEqual(
    received.slice(0, -1).map((_, at) => candidateNo(at + 1)),
  );
  expect(received.at(-1)?.candidate).toBeNull();
  expect(of(three, 'rtc.signal')).toEqual([]);
});

test('signals from outside the room, to an unknown peer or to another room are refused', async () => {
  const [one, two] = [await connected(0), await connected(1)];
  const { peer } = await joined(one);
  two.send({ type: 'rtc.signal', room, peer, candidate: candidateNo(1) });
  two.send({ type: 'rtc.turn', room });
  await eventually(() => expect(codes(two)).toEqual(['FORBIDDEN', 'FORBIDDEN']));
  const elsewhere = `call:${randomUUID()}`;
  two.send({ type: 'rtc.join', room: elsewhere });
  two.send({ type: 'rtc.signal', room: elsewhere, peer, candidate: candidateNo(1) });
  await eventually(() => expect(codes(two).at(-1)).toBe('PEER_NOT_FOUND'));
  two.send({ type: 'rtc.signal', room: elsewhere, peer });
  two.send({ type: 'rtc.join', room: `support:${randomUUID()}` });
  two.send({ type: 'rtc.join', room: 'order:1' });
  await eventually(() => expect(codes(two).slice(-3)).toEqual(['VALIDATION_FAILED', 'FORBIDDEN', 'ROOM_NOT_FOUND']));
  expect(of(one, 'rtc.signal')).toEqual([]);
});

test('a disconnected peer can return at another replica as the same peer, without a leave message', async () => {
  const customer = newCustomer();
  const [one, cut] = [await connected(0), await connected(1, customer)];
  const { peer: other } = await joined(one);
  const { peer } = await joined(cut);
  cut.socket.terminate();
  const back = await connected(0, customer);
  expect(await joined(back, peer)).toMatchObject({ peer, peers: [{ peer: other }] });
  await eventually(() => expect(of(one, 'rtc.peer')).toHaveLength(2));
  one.send({ type: 'rtc.signal', room, peer, candidate: candidateNo(1) });
  await eventually(() => expect(of(back, 'rtc.signal')).toMatchObject([{ peer: other, seq: 1 }]));
  await new Promise((resolve) => setTimeout(resolve, 1_500 * absenceSeconds));
  expect(of(one, 'rtc.peer').map(({ present }) => present)).toEqual([true, true]);
});

test('a peer that does not return leaves, and another customer cannot take its id', async () => {
  const [one, cut] = [await connected(0), await connected(1)];
  await joined(one);
  const { peer } = await joined(cut);
  cut.socket.terminate();
  const stranger = await connected(1);
  expect((await joined(stranger, peer)).peer).not.toBe(peer);
  await eventually(() => expect(of(one, 'rtc.peer').at(-1)).toMatchObject({ peer, present: false }), 40_000);
});

test('a room has a maximum of peers', async () => {
  const inside = await Promise.all([0, 1, 0].map((at) => connected(at)));
  for (const client of inside) await joined(client);
  const late = await connected(1);
  late.send({ type: 'rtc.join', room });
  await eventually(() => expect(codes(late)).toEqual(['ROOM_FULL']));
  inside[0]?.send({ type: 'rtc.leave', room });
  await eventually(() => expect(of(inside[1] as WebSocketClient, 'rtc.peer').at(-1)?.present).toBe(false));
  expect((await joined(late)).peers).toHaveLength(maxPeers - 1);
});

test('candidates beyond the limit are refused, without an effect on other peers', async () => {
  const [one, two] = [await connected(0), await connected(1)];
  await joined(one);
  const { peer: to } = await joined(two);
  await eventually(() => expect(of(one, 'rtc.peer')).not.toEqual([]));
  const sent = 800;
  for (let n = 1; n <= sent; n += 1) one.send({ type: 'rtc.signal', room, peer: to, candidate: candidateNo(n) });
  await eventually(() => expect(of(two, 'rtc.signal').length + codes(one).length).toBe(sent), 20_000);
  expect(new Set(codes(one))).toEqual(new Set(['RATE_LIMITED']));
  expect(of(two, 'rtc.signal').length).toBeGreaterThanOrEqual(200);
});

test('a member of the room gets ICE servers with expiring credentials', async () => {
  const one = await connected(0, 'alice');
  const { iceServers } = await joined(one);
  const [stun, turn] = iceServers;
  expect(stun).toEqual({ urls: ['stun:turn.example:3478'] });
  const [until, customer] = turn?.username?.split(':') ?? [];
  expect(customer).toBe('alice');
  expect(Math.abs(Number(until) - Date.now() / 1_000 - 3_600)).toBeLessThan(60);
  one.send({ type: 'rtc.turn', room });
  await eventually(() => expect(of(one, 'rtc.servers')[0]?.iceServers).toHaveLength(2));
});
