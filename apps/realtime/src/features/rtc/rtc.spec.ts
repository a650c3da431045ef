import { entryOf, isPolite, memberOf, newestOf, peerIdOf, textOf } from './rtc';
import { signal } from './rtc.schema';
import { type PeerMessage, RtcRoom, type Participant } from './rtc-room';

describe('entry to a room', () => {
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

describe('a peer id', () => {
  it('is the same for the assigned id and for the requested name', () => {
    const given = peerIdOf('mark', 'tab');
    expect([given, peerIdOf('mark', given), peerIdOf('mark', 'tab')]).toEqual(['mark.tab', 'mark.tab', 'mark.tab']);
  });

  it("is never another customer's, for any requested name", () => {
    const given = peerIdOf('mark', 'tab');
    for (const name of [given, 'mark.tab', '.tab', `${given}.`]) expect(peerIdOf('other', name)).toMatch(/^other\./);
  });

  it('makes exactly one of each pair polite', () => {
    const peers = ['a.1', 'a.2', 'b.1', 'Z.9', '_.0'];
    for (const one of peers) {
      for (const other of peers.filter((peer) => peer !== one)) {
        expect(isPolite(one, other)).toBe(!isPolite(other, one));
      }
    }
  });
});

test('a roster entry parses to its member, and the last entry of a peer wins', () => {
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

  it('loses unknown fields', () => {
    expect(signal.parse({ candidate: { ...candidate, more: 'x' } })).toEqual({ candidate });
  });
});

describe('a room', () => {
  const member = (peer: string, at = `${peer}@1`) => ({ peer, customer: peer, at });
  let room: RtcRoom;
  let received: string[];
  beforeEach(() => {
    room = new RtcRoom('call:1');
    received = [];
    const send = (message: unknown) => {
      const { peer, present, polite } = message as PeerMessage;
      received.push(`${peer} ${present ? 'joined' : 'left'}${polite ? ', I give way' : ''}`);
    };
    const participant: Participant = { member: member('me'), sent: new Map(), send };
    room.joined(participant.member);
    room.participants.set('me', participant);
  });
  const listing = (...members: ReturnType<typeof member>[]) => room.reconcile(newestOf([member('me'), ...members]));

  it('announces a join and a leave once, also after repeated updates', () => {
    for (let n = 0; n < 2; n += 1) room.joined(member('you'));
    listing(member('you'));
    for (let n = 0; n < 2; n += 1) room.left(member('you'));
    expect(received).toEqual(['you joined, I give way', 'you left, I give way']);
  });

  it('announces a returned peer again, and ignores the end of its old connection', () => {
    room.joined(member('you'));
    room.joined(member('you', 'you@2'));
    room.left(member('you'));
    expect(received).toEqual(['you joined, I give way', 'you joined, I give way']);
    expect(room.has('you')).toBe(true);
  });

  it('drops a peer only after it is missing from the roster twice in a row', () => {
    room.joined(member('you'));
    listing();
    listing(member('you'));
    listing();
    expect(received).toHaveLength(1);
    listing();
    expect(received.at(-1)).toMatch('you left');
  });

  it('restarts the signal count of a peer that has left', () => {
    room.joined(member('you'));
    room.participants.get('me')?.sent.set('you', 7);
    room.left(member('you'));
    expect(room.participants.get('me')?.sent.has('you')).toBe(false);
  });
});
