import type { PubSub, Roster } from '@halftone/redis';
import type { Lifecycle } from '@halftone/service';
import type { RealtimeConfig } from '../config';
import type { Peer } from '../message/message.handler';
import type { MessageRouter } from '../message/message.router';
import type { ServerMessage } from '../message/server-message';
import type { IceServers } from './ice-servers.service';
import { textOf } from './rtc';
import { RtcRooms } from './rtc-rooms.service';
import { RtcService } from './rtc.service';

const room = 'call:1';
const config = { REALTIME_RTC_ABSENCE_SECONDS: 900, REALTIME_RTC_PEERS: 2, REALTIME_RTC_SIGNALS_PER_SECOND: 50 };
const other = { peer: 'm.other', customer: 'bob', at: 'there' };

/** A service whose other peer, at another replica, answers as soon as the newcomer is on the list. */
function signalling() {
  let hear: (news: unknown) => void = () => undefined;
  const listed: string[] = [textOf(other)];
  const pubSub = {
    subscribe: async (_name: string, listener: typeof hear) => {
      hear = listener;
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
      hear({ kind: 'signal', from: other.peer, to, seq: 1, signal });
    },
    list: async () => [...listed],
    remove: async () => undefined,
  };
  const rooms = new RtcRooms(
    config as RealtimeConfig,
    pubSub as unknown as PubSub,
    roster as unknown as Roster,
    { onStop: () => undefined } as unknown as Lifecycle,
  );
  const ice = { of: () => [] } as unknown as IceServers;
  return new RtcService(config as RealtimeConfig, {} as MessageRouter, rooms, ice);
}

function someone(customer: string) {
  const said: ServerMessage[] = [];
  const principal = { customer, role: 'customer' as const };
  const send = (message: ServerMessage) => void said.push(message);
  return { said, peer: { id: customer, principal, send, isCongested: false } as Peer };
}

test('what another peer says before the newcomer has its answer comes right after that answer', async () => {
  const service = signalling();
  const { said, peer } = someone('alice');
  await service.handle(peer, { type: 'rtc.join', room });
  expect(said).toMatchObject([
    { type: 'rtc.joined', peers: [{ peer: other.peer }] },
    { type: 'rtc.signal', peer: other.peer, seq: 1 },
  ]);
});

test('who left while joining gets no answer and no seat', async () => {
  const service = signalling();
  const { said, peer } = someone('alice');
  const joining = service.handle(peer, { type: 'rtc.join', room });
  service.left(peer);
  await joining;
  expect(said).toEqual([]);
});
