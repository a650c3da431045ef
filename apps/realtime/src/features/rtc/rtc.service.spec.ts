import type { PubSub, Roster } from '@halftone/redis';
import type { RealtimeConfig } from '../../config';
import type { MessageRouter, Peer } from '../../message/message-router.service';
import type { ServerMessage } from '../../message/server-message';
import type { IceServers } from './ice-servers.service';
import { textOf } from './rtc';
import { RtcRooms } from './rtc-rooms.service';
import { RtcService } from './rtc.service';

const room = 'call:1';
const config = { REALTIME_RTC_ABSENCE_SECONDS: 900, REALTIME_RTC_PEERS: 2, REALTIME_RTC_SIGNALS_PER_SECOND: 50 };
const other = { peer: 'm.other', customer: 'bob', at: 'there' };

/** A service whose other peer, at another replica, sends a signal as soon as the new peer is on the roster. */
function signalling() {
  let receive: (message: unknown) => void = () => undefined;
  const listed: string[] = [textOf(other)];
  const pubSub = {
    subscribe: async (_name: string, listener: typeof receive) => {
      receive = listener;
      return async () => undefined;
    },
    publish: async () => undefined,
  };
  const roster = {
    put: async (entries: { member: string }[]) => {
      const [member = ''] = entries.map((entry) => entry.member);
      listed.push(member);
      const [, to] = member.split(' ');
      const signal = { description: { type: 'offer', sdp: 'v=0' } };
      receive({ kind: 'signal', from: other.peer, to, seq: 1, signal });
    },
    list: async () => [...listed],
    remove: async () => undefined,
  };
  const rooms = new RtcRooms(config as RealtimeConfig, pubSub as unknown as PubSub, roster as unknown as Roster);
  const ice = { of: () => [] } as unknown as IceServers;
  return new RtcService(config as RealtimeConfig, {} as MessageRouter, rooms, ice);
}

function someone(customer: string) {
  const received: ServerMessage[] = [];
  const principal = { customer, role: 'customer' as const };
  const send = (message: ServerMessage) => void received.push(message);
  return { received, peer: { id: customer, principal, send, isCongested: false } as Peer };
}

test('a signal that arrives before the answer to a join is sent right after the answer', async () => {
  const service = signalling();
  const { received, peer } = someone('alice');
  await service.handle(peer, { type: 'rtc.join', room });
  expect(received).toMatchObject([
    { type: 'rtc.joined', peers: [{ peer: other.peer }] },
    { type: 'rtc.signal', peer: other.peer, seq: 1 },
  ]);
});

test('a connection that ends during a join gets no answer and no participant', async () => {
  const service = signalling();
  const { received, peer } = someone('alice');
  const joining = service.handle(peer, { type: 'rtc.join', room });
  service.left(peer);
  await joining;
  expect(received).toEqual([]);
});
