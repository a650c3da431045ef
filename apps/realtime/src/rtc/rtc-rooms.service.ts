import { PubSub, Roster } from '@halftone/redis';
import { DomainError } from '@halftone/kernel';
import { counter, Lifecycle, logger, sampledGauge } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type RealtimeConfig } from '../config';
import { type Member, memberOf, newestOf, textOf } from './rtc';
import { type RoomNews, roomNews } from './rtc.schema';
import { RtcRoom, type Seat, type Signal } from './rtc-room';

const sweepsPerTtl = 3;
const busOf = (room: string): string => `halftone:rtc:${room}`;
const rosterOf = (room: string): string => `rtc/${room}`;

const relayed = counter('realtime_call_signals_total', 'Descriptions and candidates passed on between peers of calls');

interface OpenRoom {
  room: RtcRoom;
  opened: Promise<() => Promise<void>>;
  /** Those who have no seat yet. */
  entering: number;
}

/**
 * The rooms in which connections of this process are, and the way to the other replicas. All news goes through Redis, also between two
 * connections of one process, so what one peer sends another arrives in the order it was sent.
 *
 * A connection that is lost does not leave: its seat stays on the list until the time to live is over, in which the peer may come back
 * under its name at any replica. One sweep per process renews all seats and asks who is there.
 */
@Injectable()
export class RtcRooms {
  private readonly rooms = new Map<string, OpenRoom>();
  private readonly ttlMs: number;
  private readonly maxPeers: number;

  constructor(
    @Inject(CONFIG) config: RealtimeConfig,
    private readonly pubSub: PubSub,
    private readonly roster: Roster,
    lifecycle: Lifecycle,
  ) {
    this.ttlMs = config.REALTIME_RTC_ABSENCE_SECONDS * 1_000;
    this.maxPeers = config.REALTIME_RTC_PEERS;
    sampledGauge('realtime_call_peers', 'Connections of this process that are in a call', [], (gauge) =>
      gauge.set([...this.rooms.values()].reduce((sum, { room }) => sum + room.seats.size, 0)),
    );
    const sweeping = setInterval(() => void this.sweep(), this.ttlMs / sweepsPerTtl).unref();
    lifecycle.onStop('close', 'rooms of calls', async () => clearInterval(sweeping));
  }

  seatOf(room: string, peer: string): Seat | undefined {
    return this.rooms.get(room)?.room.seats.get(peer);
  }

  /**
   * Answers who else is there. The others may know of the newcomer before that answer is there, so the seat is told of signals as soon as
   * it stands on the list.
   */
  async enter(name: string, seat: Seat): Promise<Member[]> {
    await this.list(name);
    const open = this.open(name);
    open.entering += 1;
    try {
      await open.opened;
      open.room.seats.set(seat.member.peer, seat);
      await this.put([{ name, member: seat.member }]);
      open.room.reconcile(await this.admit(name, seat.member));
    } catch (error) {
      this.vacate(name, seat.member);
      throw error;
    } finally {
      open.entering -= 1;
      this.closeIfEmpty(name);
    }
    void this.publish(name, { kind: 'came', member: seat.member });
    return open.room.othersThan(seat.member.peer);
  }

  async leave(name: string, { member }: Seat): Promise<void> {
    this.vacate(name, member);
    await this.roster.remove({ room: rosterOf(name), member: textOf(member) });
    await this.publish(name, { kind: 'went', member });
  }

  /** The connection is gone; the peer may come back. */
  vacate(name: string, { peer, at }: Member): void {
    const seats = this.rooms.get(name)?.room.seats;
    if (seats?.get(peer)?.member.at === at) seats.delete(peer);
    this.closeIfEmpty(name);
  }

  async relay(name: string, { member, sent }: Seat, to: string, signal: Signal): Promise<void> {
    if (!this.rooms.get(name)?.room.has(to)) throw new DomainError('PEER_NOT_FOUND', `${to} is not in ${name}`);
    const seq = (sent.get(to) ?? 0) + 1;
    sent.set(to, seq);
    relayed.inc();
    await this.publish(name, { kind: 'signal', from: member.peer, to, seq, signal } as RoomNews);
  }

  private open(name: string): OpenRoom {
    const known = this.rooms.get(name);
    if (known) return known;
    const room = new RtcRoom(name);
    const open = {
      room,
      opened: this.pubSub.subscribe(busOf(name), (message) => this.hear(room, message)),
      entering: 0,
    };
    this.rooms.set(name, open);
    return open;
  }

  private closeIfEmpty(name: string): void {
    const open = this.rooms.get(name);
    if (!open || open.entering + open.room.seats.size > 0) return;
    this.rooms.delete(name);
    void open.opened.then((end) => end()).catch(() => undefined);
  }

  private hear(room: RtcRoom, message: unknown): void {
    const { success, data: news } = roomNews.safeParse(message);
    if (!success) return logger('rtc').warn({ room: room.name }, 'news of unknown shape was dropped');
    if (news.kind === 'came') return this.heardOf(room, news.member);
    if (news.kind === 'went') return room.went(news.member);
    const { from, to, seq, signal } = news;
    room.seats.get(to)?.tell({ type: 'rtc.signal', room: room.name, peer: from, seq, ...signal });
  }

  /** A seat here whose peer came back elsewhere is the old one. */
  private heardOf(room: RtcRoom, member: Member): void {
    const seat = room.seats.get(member.peer);
    if (seat && seat.member.at !== member.at) room.seats.delete(member.peer);
    room.came(member);
    this.closeIfEmpty(room.name);
  }

  /** Takes away what the peer left behind when it came back. Throws ROOM_FULL where too many others are. */
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
    if (!texts) throw new DomainError('UNAVAILABLE', 'Calls cannot be joined now');
    return texts.map(memberOf);
  }

  private async put(seats: readonly { name: string; member: Member }[]): Promise<void> {
    const entries = seats.map(({ name, member }) => ({ room: rosterOf(name), member: textOf(member) }));
    await this.roster.put(entries, this.ttlMs);
  }

  private publish(name: string, news: RoomNews): Promise<void> {
    return this.pubSub.publish(busOf(name), news);
  }

  private async sweep(): Promise<void> {
    const open = [...this.rooms].map(([name, { room }]) => ({ name, room }));
    await this.put(open.flatMap(({ name, room }) => [...room.seats.values()].map(({ member }) => ({ name, member }))));
    for (const { name, room } of open) {
      const texts = await this.roster.list(rosterOf(name));
      if (texts) room.reconcile(newestOf(texts.map(memberOf)));
    }
  }
}
