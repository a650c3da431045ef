import { departure, nextHop, type Ending, type Standing, type Ways } from './itinerary.ts';

const ways: Ways = { addresses: 2, transports: 3, backoff: { baseMs: 500, capMs: 30_000 } };
const failed = (more: Partial<Ending> = {}): Ending => ({ opened: false, livedMs: 0, why: 'refused', ...more });
const lost = (more: Partial<Ending> = {}): Ending => ({ opened: true, livedMs: 60_000, why: 'cut', ...more });

/** Goes from ending to ending, waiting as long as may be. */
function travel(endings: readonly Ending[], over = ways, now = 0) {
  const hops: { address: number; way: number; waitMs: number }[] = [];
  let standing: Standing = departure();
  for (const ending of endings) {
    const hop = nextHop(standing, ending, over, now, () => 1);
    ({ standing } = hop);
    hops.push({ address: standing.turn % over.addresses, way: standing.way, waitMs: hop.waitMs });
  }
  return hops;
}
const times = (count: number, ending: Ending) => Array.from({ length: count }, () => ending);

test('a lost connection is made good at another address, soon', () => {
  expect(travel([lost()])).toEqual([{ address: 1, way: 0, waitMs: 500 }]);
});

test('a goodbye is followed after the time it asks for', () => {
  expect(travel([lost({ comeBackInMs: 123 })])).toEqual([{ address: 1, way: 0, waitMs: 123 }]);
});

test('waits grow with the rounds that failed, not with the addresses', () => {
  const waits = travel(times(6, failed()), { ...ways, transports: 1 }).map(({ waitMs }) => waitMs);
  expect(waits).toEqual([500, 1_000, 1_000, 2_000, 2_000, 4_000]);
});

test('once it opened, failures are forgotten', () => {
  expect(travel([...times(6, failed()), lost()], { ...ways, transports: 1 }).at(-1)?.waitMs).toBe(500);
});

test('a transport that nobody answers on is given up after a round over all addresses, the last one for the first', () => {
  expect(travel(times(6, failed())).map(({ way }) => way)).toEqual([0, 1, 1, 2, 2, 0]);
});

test('one that has worked is given up only after many rounds: the server may just be away', () => {
  const hops = travel([lost(), ...times(10, failed())]).map(({ way }) => way);
  expect(hops).toEqual([...times(10, failed()).map(() => 0), 1]);
});

test('a line that is cut again and again right after it opened is given up too', () => {
  const hops = travel(times(4, lost({ livedMs: 100 })));
  expect(hops.map(({ way }) => way)).toEqual([0, 0, 0, 1]);
  expect(hops.map(({ waitMs }) => waitMs)).toEqual([500, 1_000, 2_000, 2_000]);
});

test('a server that sends away for a while is obeyed once all were asked, and its transport is not doubted', () => {
  const hops = travel(times(4, failed({ retryAfterMs: 9_000 })));
  expect(hops.map(({ waitMs }) => waitMs)).toEqual([500, 9_000, 1_000, 9_000]);
  expect(new Set(hops.map(({ way }) => way))).toEqual(new Set([0]));
});

test('refused credentials are no fault of the transport', () => {
  expect(travel(times(4, failed({ unauthenticated: true }))).map(({ way }) => way)).toEqual([0, 0, 0, 0]);
});

test('after a minute on a lesser transport, the next connection tries the best one', () => {
  const lesser = { ...departure(), way: 2, fellBackAt: 0 };
  expect(nextHop(lesser, lost(), ways, 30_000).standing.way).toBe(2);
  expect(nextHop(lesser, lost(), ways, 61_000).standing.way).toBe(0);
});
