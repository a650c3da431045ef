import type { IceServer, RealtimeClient, RtcPeer, ServerMessage } from '@halftone/client';
import { PeerLink } from './peer-link.ts';

type Message<Type extends ServerMessage['type']> = Extract<ServerMessage, { type: Type }>;

/** The state of a call, for the view. */
export interface CallView {
  /** Our peer id, once we have joined. */
  self: string | undefined;
  /** Why joining was refused. */
  refusal: string | undefined;
  peers: readonly PeerView[];
  messages: readonly ChatLine[];
}

export interface PeerView {
  peer: string;
  customer: string;
  /** Whether signalling reaches the peer. An open connection works without it. */
  present: boolean;
  state: RTCPeerConnectionState;
  isOpen: boolean;
  collisions: number;
  video: MediaStream;
}

export interface ChatLine {
  from: string;
  text: string;
}

interface RemotePeer extends RtcPeer {
  link: PeerLink;
  present: boolean;
  /** Resolves after all received signals are handled. */
  receiving: Promise<void>;
}

const maxMessages = 100;

/**
 * One call in one room: a connection to each other peer, and our peer id, with which we rejoin after a disconnect. Video
 * and chat go from browser to browser and continue without signalling. Lost signals are repeated once both are back.
 */
export class Call {
  private readonly peers = new Map<string, RemotePeer>();
  private readonly unsubscribe: (() => void)[];
  private readonly listeners = new Set<() => void>();
  private iceServers: readonly IceServer[] = [];
  private self: string | undefined;
  private view: CallView = { self: undefined, refusal: undefined, peers: [], messages: [] };

  private readonly client: RealtimeClient;
  private readonly room: string;
  private readonly video: MediaStream;

  constructor(client: RealtimeClient, room: string, video: MediaStream) {
    this.client = client;
    this.room = room;
    this.video = video;
    this.unsubscribe = [
      client.on('open', () => this.join()),
      client.on('rtc.joined', (message) => this.joined(message)),
      client.on('rtc.peer', (message) => this.peerChanged(message)),
      client.on('rtc.signal', (message) => this.receiveSignal(message)),
      client.on('rtc.servers', (message) => this.updateServers(message)),
      client.on('error', (message) => this.refused(message)),
    ];
    this.join();
  }

  /** Calls back whenever `snapshot` changes. */
  readonly subscribe = (changed: () => void): (() => void) => {
    this.listeners.add(changed);
    return () => this.listeners.delete(changed);
  };

  readonly snapshot = (): CallView => this.view;

  send(text: string): void {
    for (const { link } of this.peers.values()) link.send(text);
    this.addMessage('me', text);
  }

  /** Both sides may call this at the same time. */
  renegotiate(): void {
    for (const { link } of this.peers.values()) link.restart();
  }

  leave(): void {
    this.client.send({ type: 'rtc.leave', room: this.room });
    for (const stop of this.unsubscribe) stop();
    for (const { link } of this.peers.values()) link.close();
    this.peers.clear();
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
    for (const other of [...this.peers.values()]) if (!listed.has(other.peer)) this.markAbsent(other);
    for (const other of peers) this.addPeer(other);
    this.changed({ refusal: undefined });
  }

  private peerChanged({ room, present, peer, customer, polite }: Message<'rtc.peer'>): void {
    if (room !== this.room) return;
    const known = this.peers.get(peer);
    if (present) this.addPeer({ peer, customer, polite });
    else if (known) this.markAbsent(known);
    this.changed();
  }

  /** Adds a new peer. A known one was absent, or we were: repeats lost signals. */
  private addPeer({ peer, customer, polite }: RtcPeer): void {
    const known = this.peers.get(peer);
    if (known) {
      known.present = true;
      return known.link.resync();
    }
    const link = new PeerLink({
      iceServers: this.iceServers,
      polite,
      video: this.video,
      send: (signal) => this.client.send({ type: 'rtc.signal', room: this.room, peer, ...signal }),
      changed: () => this.linkChanged(peer),
      onMessage: (text) => this.addMessage(customer, text),
    });
    this.peers.set(peer, { peer, customer, polite, link, present: true, receiving: Promise.resolve() });
  }

  private markAbsent(other: RemotePeer): void {
    other.present = false;
    if (!other.link.isOpen) this.drop(other);
  }

  private drop({ peer, link }: RemotePeer): void {
    this.peers.delete(peer);
    link.close();
  }

  private linkChanged(peer: string): void {
    const other = this.peers.get(peer);
    if (other && !other.present && !other.link.isOpen) this.drop(other);
    else if (other?.link.state === 'failed') this.client.send({ type: 'rtc.turn', room: this.room });
    this.changed();
  }

  private receiveSignal({ room, peer, description, candidate }: Message<'rtc.signal'>): void {
    const other = this.peers.get(peer);
    if (room !== this.room || !other) return;
    const signal = description ? { description } : { candidate };
    other.receiving = other.receiving
      .then(() => other.link.receive(signal))
      .catch((error: unknown) => console.warn('a signal could not be applied', error))
      .then(() => this.changed());
  }

  /** Applies new TURN credentials, requested after a failed connection. */
  private updateServers({ room, iceServers }: Message<'rtc.servers'>): void {
    if (room !== this.room) return;
    this.iceServers = iceServers;
    for (const { link } of this.peers.values()) if (link.state === 'failed') link.restart(iceServers);
  }

  private refused({ code, message }: { code: string; message: string }): void {
    if (!this.self && ['FORBIDDEN', 'ROOM_FULL', 'ROOM_NOT_FOUND', 'UNAVAILABLE'].includes(code)) {
      this.changed({ refusal: message });
    }
  }

  private addMessage(from: string, text: string): void {
    this.changed({ messages: [...this.view.messages, { from, text }].slice(-maxMessages) });
  }

  private changed(change: Partial<CallView> = {}): void {
    const peers = [...this.peers.values()].map(viewOf);
    this.view = { ...this.view, ...change, self: this.self, peers };
    for (const listener of this.listeners) listener();
  }
}

const viewOf = ({ peer, customer, present, link }: RemotePeer): PeerView => ({
  peer,
  customer,
  present,
  state: link.state,
  isOpen: link.isOpen,
  collisions: link.collisions.yielded + link.collisions.ignored,
  video: link.video,
});
