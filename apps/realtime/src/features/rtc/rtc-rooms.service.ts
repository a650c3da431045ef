import { PubSub, Roster } from '@halftone/redis';
import { DomainError } from '@halftone/kernel';
import { counter, logger, PollLoop, rowByRow, sampledGauge } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type RealtimeConfig } from '../../config';
import { type Member, memberOf, newestOf, textOf } from './rtc';
import { type RoomUpdate, roomUpdate } from './rtc.schema';
import { RtcRoom, type Participant, type Signal } from './rtc-room';

const loopName = 'realtime.calls';
const sweepsPerTtl = 3;
const busOf = (room: string): string => `halftone:rtc:${room}`;
const rosterOf = (room: string): string => `rtc/${room}`;

const relayed = counter('realtime_call_signals_total', 'Descriptions and candidates relayed between peers of calls');

interface OpenRoom {
  room: RtcRoom;
  opened: Promise<() => Promise<void>>;
  /** Connections that are joining. */
  joining: number;
}

/**
 * The call rooms of this process, connected with other replicas. All messages go through Redis, also between two connections of one
 * process, so the messages from one peer to another keep their order.
 *
 * A lost connection stays on the roster for the time to live, in which the peer may return at any replica.
 * One sweep per process renews all participants and reads the rosters.
 */
@Injectable()
export class RtcRooms {
  private readonly rooms = new Map<string, OpenRoom>();
  private readonly ttlMs: number;
  private readonly maxPeers: number;
  private readonly sweeping: PollLoop;

  constructor(
    @Inject(CONFIG) config: RealtimeConfig,
    private readonly pubSub: PubSub,
    private readonly roster: Roster,
  ) {
    this.ttlMs = config.REALTIME_RTC_ABSENCE_SECONDS * 1_000;
    this.maxPeers = config.REALTIME_RTC_PEERS;
    sampledGauge('realtime_call_peers', 'Connections of this process in calls', [], (gauge) =>
      gauge.set([...this.rooms.values()].reduce((sum, { room }) => sum + room.participants.size, 0)),
    );
    const reconcile = rowByRow<[string, OpenRoom]>(loopName, {
      after: async (last) => (last === undefined ? [...this.rooms] : []),
      key: ([name]) => name,
      work: ([name, { room }]) => this.reconcile(name, room),
    });
    const run = async (signal: AbortSignal) => {
      await this.renew();
      return reconcile(signal);
    };
    this.sweeping = new PollLoop({ name: loopName, everyMs: this.ttlMs / sweepsPerTtl, run });
  }

  start(): void {
    this.sweeping.start();
  }

  async stop(): Promise<void> {
    await this.sweeping.stop();
  }

  participantOf(room: string, peer: string): Participant | undefined {
    return this.rooms.get(room)?.room.participants.get(peer);
  }

  /**
   * Returns the other members. They may see the new participant before this returns, so it receives signals as soon as it is
   * on the roster.
   */
  async enter(name: string, participant: Participant): Promise<Member[]> {
    await this.list(name);
    const open = this.open(name);
    open.joining += 1;
    try {
      await open.opened;
      open.room.participants.set(participant.member.peer, participant);
      await this.put([{ name, member: participant.member }]);
      open.room.reconcile(await this.admit(name, participant.member));
    } catch (error) {
      this.vacate(name, participant.member);
      throw error;
    } finally {
      open.joining -= 1;
      this.closeIfEmpty(name);
    }
    void this.publish(name, { kind: 'came', member: participant.member });
    return open.room.othersThan(participant.member.peer);
  }

  async leave(name: string, { member }: Participant): Promise<void> {
    this.vacate(name, member);
    await this.roster.remove({ room: rosterOf(name), member: textOf(member) });
    await this.publish(name, { kind: 'went', member });
  }

  /** The connection has ended; the peer may return. */
  vacate(name: string, { peer, at }: Member): void {
    const participants = this.rooms.get(name)?.room.participants;
    if (participants?.get(peer)?.member.at === at) participants.delete(peer);
    this.closeIfEmpty(name);
  }

  async relay(name: string, { member, sent }: Participant, to: string, signal: Signal): Promise<void> {
    if (!this.rooms.get(name)?.room.has(to)) throw new DomainError('PEER_NOT_FOUND', `${to} is not in ${name}`);
    const seq = (sent.get(to) ?? 0) + 1;
    sent.set(to, seq);
    relayed.inc();
    await this.publish(name, { kind: 'signal', from: member.peer, to, seq, signal } as RoomUpdate);
  }

  private open(name: string): OpenRoom {
    const known = this.rooms.get(name);
    if (known) return known;
    const room = new RtcRoom(name);
    const open = {
      room,
      opened: this.pubSub.subscribe(busOf(name), (message) => this.receive(room, message)),
      joining: 0,
    };
    this.rooms.set(name, open);
    return open;
  }

  private closeIfEmpty(name: string): void {
    const open = this.rooms.get(name);
    if (!open || open.joining + open.room.participants.size > 0) return;
    this.rooms.delete(name);
    // Without Redis there is no subscription to end, and the join has failed with an error.
    void open.opened.then((end) => end()).catch(() => undefined);
  }

  private receive(room: RtcRoom, message: unknown): void {
    const { success, data: update } = roomUpdate.safeParse(message);
    if (!success) return logger('rtc').warn({ room: room.name }, 'an invalid message was dropped');
    if (update.kind === 'came') return this.replaceParticipant(room, update.member);
    if (update.kind === 'went') return room.left(update.member);
    const { from, to, seq, signal } = update;
    room.participants.get(to)?.send({ type: 'rtc.signal', room: room.name, peer: from, seq, ...signal });
  }

  /** Drops the participant of a peer that has a new connection elsewhere. */
  private replaceParticipant(room: RtcRoom, member: Member): void {
    const participant = room.participants.get(member.peer);
    if (participant && participant.member.at !== member.at) room.participants.delete(member.peer);
    room.joined(member);
    this.closeIfEmpty(room.name);
  }

  /** Removes the old roster entries of a peer that returns. Throws ROOM_FULL if there are too many peers. */
  private async admit(name: string, own: Member): Promise<Map<string, Member>> {
    const listed = await this.list(name);
    const newest = newestOf(listed);
    const isFull = newest.size > this.maxPeers;
    const old = listed.filter(({ peer, at }) => peer === own.peer && (isFull || at !== own.at));
    await Promise.all(old.map((member) => this.roster.remove({ room: rosterOf(name), member: textOf(member) })));
    if (isFull) throw new DomainError('ROOM_FULL', `${this.maxPeers} peers are in ${name}`);
    return newest.set(own.peer, own);
  }

  /** Throws UNAVAILABLE while Redis is away. */
  private async list(name: string): Promise<Member[]> {
    const texts = await this.roster.list(rosterOf(name));
    if (!texts) throw new DomainError('UNAVAILABLE', 'Calls are not available now');
    return texts.map(memberOf);
  }

  private async put(participants: readonly { name: string; member: Member }[]): Promise<void> {
    const entries = participants.map(({ name, member }) => ({ room: rosterOf(name), member: textOf(member) }));
    await this.roster.put(entries, this.ttlMs);
  }

  private publish(name: string, update: RoomUpdate): Promise<void> {
    return this.pubSub.publish(busOf(name), update);
  }

  private async renew(): Promise<void> {
    const participants = [...this.rooms].flatMap(([name, { room }]) =>
      [...room.participants.values()].map(({ member }) => ({ name, member })),
    );
    await this.put(participants);
  }

  private async reconcile(name: string, room: RtcRoom): Promise<void> {
    const texts = await this.roster.list(rosterOf(name));
    if (texts) room.reconcile(newestOf(texts.map(memberOf)));
  }
}
