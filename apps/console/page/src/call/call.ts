import type { IceServer, RealtimeClient, RtcPeer, ServerMessage } from '@halftone/client';
import { PeerLink } from './peer-link.ts';

type Message<Type extends ServerMessage['type']> = Extract<ServerMessage, { type: Type }>;

/** How a call looks now. */
export interface CallView {
  /** Who we are in the room, once we are in it. */
  self: string | undefined;
  /** Why the room does not let us in. */
  refusal: string | undefined;
  peers: readonly PeerView[];
  words: readonly Words[];
}

export interface PeerView {
  peer: string;
  customer: string;
  /** Whether signals reach it. A call goes on without. */
  present: boolean;
  state: RTCPeerConnectionState;
  isOpen: boolean;
  collisions: number;
  picture: MediaStream;
}

export interface Words {
  from: string;
  text: string;
}

interface Other extends RtcPeer {
  link: PeerLink;
  present: boolean;
  /** Ends when everything it has sent was dealt with. */
  receiving: Promise<void>;
}

const wordsKept = 100;

/**
 * One call in one room: a connection to each other peer, and one's name in the room, under which one comes back after a loss. What is
 * said and seen goes from browser to browser and outlives the signalling; what signalling missed is said again when both are back.
 */
export class Call {
  private readonly others = new Map<string, Other>();
  private readonly forget: (() => void)[];
  private readonly watchers = new Set<() => void>();
  private iceServers: readonly IceServer[] = [];
  private self: string | undefined;
  private view: CallView = { self: undefined, refusal: undefined, peers: [], words: [] };

  private readonly client: RealtimeClient;
  private readonly room: string;
  private readonly picture: MediaStream;

  constructor(client: RealtimeClient, room: string, picture: MediaStream) {
    this.client = client;
    this.room = room;
    this.picture = picture;
    this.forget = [
      client.on('open', () => this.join()),
      client.on('rtc.joined', (message) => this.joined(message)),
      client.on('rtc.peer', (message) => this.heardOf(message)),
      client.on('rtc.signal', (message) => this.take(message)),
      client.on('rtc.servers', (message) => this.moved(message)),
      client.on('error', (message) => this.refused(message)),
    ];
    this.join();
  }

  /** Calls back whenever `now` is another. */
  readonly watch = (changed: () => void): (() => void) => {
    this.watchers.add(changed);
    return () => this.watchers.delete(changed);
  };

  readonly now = (): CallView => this.view;

  say(text: string): void {
    for (const { link } of this.others.values()) link.say(text);
    this.heard('me', text);
  }

  /** Both sides may do this at once. */
  renegotiate(): void {
    for (const { link } of this.others.values()) link.restart();
  }

  leave(): void {
    this.client.send({ type: 'rtc.leave', room: this.room });
    for (const forget of this.forget) forget();
    for (const { link } of this.others.values()) link.close();
    this.others.clear();
  }

  private join(): void {
    const { self } = this;
    this.client.send({ type: 'rtc.join', room: this.room, ...(self ? { peer: self } : {}) });
  }

  private joined({ room, peer, peers, iceServers }: Message<'rtc.joined'>): void {
    if (room !== this.room) return;
    this.self = peer;
    this.iceServers = iceServers;
    const listed = new Set(peers.map((other) => other.peer));
    for (const other of [...this.others.values()]) if (!listed.has(other.peer)) this.away(other);
    for (const other of peers) this.meet(other);
    this.changed({ refusal: undefined });
  }

  private heardOf({ room, present, peer, customer, polite }: Message<'rtc.peer'>): void {
    if (room !== this.room) return;
    const known = this.others.get(peer);
    if (present) this.meet({ peer, customer, polite });
    else if (known) this.away(known);
    this.changed();
  }

  /** A peer that is known has been away, or we have. */
  private meet({ peer, customer, polite }: RtcPeer): void {
    const known = this.others.get(peer);
    if (known) {
      known.present = true;
      return known.link.revive();
    }
    const link = new PeerLink({
      iceServers: this.iceServers,
      polite,
      picture: this.picture,
      send: (signal) => this.client.send({ type: 'rtc.signal', room: this.room, peer, ...signal }),
      changed: () => this.linkChanged(peer),
      said: (text) => this.heard(customer, text),
    });
    this.others.set(peer, { peer, customer, polite, link, present: true, receiving: Promise.resolve() });
  }

  private away(other: Other): void {
    other.present = false;
    if (!other.link.isOpen) this.drop(other);
  }

  private drop({ peer, link }: Other): void {
    this.others.delete(peer);
    link.close();
  }

  private linkChanged(peer: string): void {
    const other = this.others.get(peer);
    if (other && !other.present && !other.link.isOpen) this.drop(other);
    else if (other?.link.state === 'failed') this.client.send({ type: 'rtc.turn', room: this.room });
    this.changed();
  }

  private take({ room, peer, description, candidate }: Message<'rtc.signal'>): void {
    const other = this.others.get(peer);
    if (room !== this.room || !other) return;
    const signal = description ? { description } : { candidate };
    other.receiving = other.receiving
      .then(() => other.link.receive(signal))
      .catch((error: unknown) => console.warn('a signal was of no use', error))
      .then(() => this.changed());
  }

  /** Fresh credentials, asked for because a connection has failed. */
  private moved({ room, iceServers }: Message<'rtc.servers'>): void {
    if (room !== this.room) return;
    this.iceServers = iceServers;
    for (const { link } of this.others.values()) if (link.state === 'failed') link.restart(iceServers);
  }

  private refused({ code, message }: { code: string; message: string }): void {
    if (!this.self && ['FORBIDDEN', 'ROOM_FULL', 'ROOM_NOT_FOUND', 'UNAVAILABLE'].includes(code)) {
      this.changed({ refusal: message });
    }
  }

  private heard(from: string, text: string): void {
    this.changed({ words: [...this.view.words, { from, text }].slice(-wordsKept) });
  }

  private changed(news: Partial<CallView> = {}): void {
    const peers = [...this.others.values()].map(viewOf);
    this.view = { ...this.view, ...news, self: this.self, peers };
    for (const watcher of this.watchers) watcher();
  }
}

const viewOf = ({ peer, customer, present, link }: Other): PeerView => ({
  peer,
  customer,
  present,
  state: link.state,
  isOpen: link.isOpen,
  collisions: link.collisions.gaveWay + link.collisions.wentOn,
  picture: link.picture,
});
