import type { IceServer, Signal } from '@halftone/client';

export interface LinkOptions {
  iceServers: readonly IceServer[];
  /** Whether this side gives way when both offer at once. */
  polite: boolean;
  picture: MediaStream;
  send(signal: Signal): void;
  /** Something that is shown has changed. */
  changed(): void;
  said(text: string): void;
}

/** How often both sides offered at once, and this one gave way or went on. */
export interface Collisions {
  gaveWay: number;
  wentOn: number;
}

/**
 * The connection to one other peer, by perfect negotiation (https://www.w3.org/TR/webrtc/#perfect-negotiation-example): either side may
 * offer at any time. Signals may be lost while no replica is there; `revive` makes up for it.
 */
export class PeerLink {
  readonly collisions: Collisions = { gaveWay: 0, wentOn: 0 };
  /** What the other side shows. */
  readonly picture = new MediaStream();
  private readonly options: LinkOptions;
  private connection: RTCPeerConnection;
  private channel: RTCDataChannel;
  private isOffering = false;
  private ignoresOffer = false;

  constructor(options: LinkOptions) {
    this.options = options;
    [this.connection, this.channel] = this.open();
  }

  get state(): RTCPeerConnectionState {
    return this.connection.connectionState;
  }

  get isOpen(): boolean {
    return this.channel.readyState === 'open';
  }

  say(text: string): void {
    if (this.isOpen) this.channel.send(text);
  }

  /** Signals of one peer are given one after the other, in the order in which they were sent. */
  async receive({ description, candidate }: Signal): Promise<void> {
    if (description) await this.describe(description as unknown as RTCSessionDescriptionInit);
    else await this.connection.addIceCandidate(candidate ?? undefined).catch((error: unknown) => this.unless(error));
  }

  /** Looks for the way to each other anew, over the servers as they are now. */
  restart(iceServers?: readonly IceServer[]): void {
    if (iceServers) this.connection.setConfiguration({ iceServers: copied(iceServers) });
    this.connection.restartIce();
  }

  /** One of the two was away, and what was said meanwhile is lost: says it again. A connection that stands needs none of it. */
  revive(): void {
    const { signalingState, localDescription } = this.connection;
    if (signalingState === 'have-local-offer' && localDescription) this.sendDescription(localDescription);
    else if (this.state !== 'connected') this.connection.restartIce();
  }

  close(): void {
    this.channel.onclose = null;
    this.connection.close();
  }

  private open(): [RTCPeerConnection, RTCDataChannel] {
    const { iceServers, picture, changed, said, send } = this.options;
    const connection = new RTCPeerConnection({ iceServers: copied(iceServers) });
    const channel = connection.createDataChannel('chat', { negotiated: true, id: 0 });
    channel.onopen = channel.onclose = changed;
    channel.onmessage = ({ data }) => said(String(data));
    connection.ontrack = ({ track }) => this.show(track);
    connection.onicecandidate = ({ candidate }) => send({ candidate: candidateOf(candidate) });
    connection.onnegotiationneeded = () => void this.offer(connection);
    connection.onconnectionstatechange = changed;
    for (const track of picture.getTracks()) connection.addTrack(track, picture);
    return [connection, channel];
  }

  private show(track: MediaStreamTrack): void {
    for (const old of this.picture.getTracks()) this.picture.removeTrack(old);
    this.picture.addTrack(track);
  }

  private async offer(connection: RTCPeerConnection): Promise<void> {
    this.isOffering = true;
    await connection.setLocalDescription().catch((error: unknown) => console.warn('no offer could be made', error));
    if (connection !== this.connection) return;
    this.isOffering = false;
    if (connection.localDescription) this.sendDescription(connection.localDescription);
  }

  /**
   * A connection that has stood rolls its offer back. One that has not is given up for a new one: Chromium sometimes gathers no
   * candidates at all after its very first offer was rolled back.
   */
  private giveWay(): void {
    if (this.connection.currentRemoteDescription) return;
    this.close();
    [this.connection, this.channel] = this.open();
    this.isOffering = false;
  }

  private async describe(description: RTCSessionDescriptionInit): Promise<void> {
    const isReady = !this.isOffering && this.connection.signalingState === 'stable';
    const collides = description.type === 'offer' && !isReady;
    this.ignoresOffer = collides && !this.options.polite;
    if (collides) this.collisions[this.ignoresOffer ? 'wentOn' : 'gaveWay'] += 1;
    if (this.ignoresOffer) return;
    if (collides) this.giveWay();
    if (description.type === 'answer' && this.connection.signalingState !== 'have-local-offer') return;
    await this.connection.setRemoteDescription(description);
    if (description.type !== 'offer') return;
    await this.connection.setLocalDescription();
    if (this.connection.localDescription) this.sendDescription(this.connection.localDescription);
  }

  private sendDescription({ type, sdp }: RTCSessionDescription): void {
    this.options.send({ description: { type, sdp } });
  }

  /** A candidate of an offer that was ignored has nowhere to go; so has one of an exchange that was begun anew. */
  private unless(error: unknown): void {
    if (!this.ignoresOffer && this.state !== 'connected') console.debug('a candidate was of no use', error);
  }
}

const candidateOf = (candidate: RTCIceCandidate | null): Signal['candidate'] => candidate && { ...candidate.toJSON() };

const copied = (servers: readonly IceServer[]): RTCIceServer[] =>
  servers.map(({ urls, ...rest }) => ({ ...rest, urls: [...urls] }));
