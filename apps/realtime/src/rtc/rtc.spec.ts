import { entryOf, isPolite, memberOf, newestOf, peerIdOf, textOf } from './rtc';
import { signal } from './rtc.schema';
import { type PeerNews, RtcRoom, type Seat } from './rtc-room';

describe('who may enter', () => {
  const alice = { customer: 'alice', role: 'customer' };
  const olga = { customer: 'olga', role: 'operator' };

  it.each([
    ['call:abc', alice, 'allowed'],
    ['support:alice', alice, 'allowed'],
    ['support:alice', olga, 'allowed'],
    ['support:bob', alice, 'forbidden'],
    ['support:alic', alice, 'forbidden'],
    ['order:1', alice, 'unknown'],
  ] as const)('%s for %o: %s', (room, caller, entry) => {
    expect(entryOf(room, caller)).toBe(entry);
  });
});

describe('the name of a peer', () => {
  it('is the same when it comes back under what it was given, or under what it asked for', () => {
    const given = peerIdOf('mark', 'tab');
    expect([given, peerIdOf('mark', given), peerIdOf('mark', 'tab')]).toEqual(['mark.tab', 'mark.tab', 'mark.tab']);
  });

  it('is never that of another customer, whatever is asked for', () => {
    const given = peerIdOf('mark', 'tab');
    for (const name of [given, 'mark.tab', '.tab', `${given}.`]) expect(peerIdOf('other', name)).toMatch(/^other\./);
  });

  it('decides who gives way: exactly one of each pair, whoever asks', () => {
    const peers = ['a.1', 'a.2', 'b.1', 'Z.9', '_.0'];
    for (const one of peers) {
      for (const other of peers.filter((peer) => peer !== one)) {
        expect(isPolite(one, other)).toBe(!isPolite(other, one));
      }
    }
  });
});

test('a member is read as it was written, and of those a peer left behind the last counts', () => {
  const old = { peer: 'm.1', customer: 'a name with spaces', at: 'first' };
  const now = { ...old, at: 'second' };
  expect([old, now].map((member) => memberOf(textOf(member)))).toEqual([old, now]);
  expect([...newestOf([old, now]).values()]).toEqual([now]);
});

describe('a signal', () => {
  const offer = { type: 'offer', sdp: 'v=0' };
  const candidate = { candidate: 'candidate:1 1 udp 1 127.0.0.1 9 typ host', sdpMid: '0', sdpMLineIndex: 0 };

  it.each([
    ['a description', { description: offer }],
    ['a candidate', { candidate }],
    ['the end of candidates', { candidate: null }],
  ])('is %s', (_, input) => {
    expect(signal.parse(input)).toEqual(input);
  });

  it.each([
    ['nothing', {}],
    ['both', { description: offer, candidate }],
    ['a description of another kind', { description: { type: 'hello', sdp: '' } }],
    ['a description too long', { description: { type: 'offer', sdp: 'v'.repeat(48_001) } }],
    ['a candidate too long', { candidate: { candidate: 'c'.repeat(1_025) } }],
    ['a candidate of another kind', { candidate: { candidate: 1 } }],
  ])('is not %s', (_, input) => {
    expect(signal.safeParse(input).success).toBe(false);
  });

  it('takes nothing else along', () => {
    expect(signal.parse({ candidate: { ...candidate, more: 'x' } })).toEqual({ candidate });
  });
});

describe('a room', () => {
  const member = (peer: string, at = `${peer}@1`) => ({ peer, customer: peer, at });
  let room: RtcRoom;
  let told: string[];
  beforeEach(() => {
    room = new RtcRoom('call:1');
    told = [];
    const tell = (news: unknown) => {
      const { peer, present, polite } = news as PeerNews;
      told.push(`${peer} ${present ? 'came' : 'went'}${polite ? ', I give way' : ''}`);
    };
    const seat: Seat = { member: member('me'), sent: new Map(), tell };
    room.came(seat.member);
    room.seats.set('me', seat);
  });
  const listing = (...members: ReturnType<typeof member>[]) => room.reconcile(newestOf([member('me'), ...members]));

  it('tells of who comes and goes once, however often it hears of it', () => {
    for (let n = 0; n < 2; n += 1) room.came(member('you'));
    listing(member('you'));
    for (let n = 0; n < 2; n += 1) room.went(member('you'));
    expect(told).toEqual(['you came, I give way', 'you went, I give way']);
  });

  it('tells again of a peer that came back, and not that its old connection went', () => {
    room.came(member('you'));
    room.came(member('you', 'you@2'));
    room.went(member('you'));
    expect(told).toEqual(['you came, I give way', 'you came, I give way']);
    expect(room.has('you')).toBe(true);
  });

  it('misses a peer only when it is not listed twice in a row', () => {
    room.came(member('you'));
    listing();
    listing(member('you'));
    listing();
    expect(told).toHaveLength(1);
    listing();
    expect(told.at(-1)).toMatch('you went');
  });

  it('counts signals to a peer anew when it has gone', () => {
    room.came(member('you'));
    room.seats.get('me')?.sent.set('you', 7);
    room.went(member('you'));
    expect(room.seats.get('me')?.sent.has('you')).toBe(false);
  });
});
