import type { IceServer, Signal } from '@halftone/client';

export interface LinkOptions {
  iceServers: readonly IceServer[];
  /** Whether this side yields when both send an SDP offer at the same time (perfect negotiation). */
  polite: boolean;
  video: MediaStream;
  send(signal: Signal): void;
  /** Called when the view must be updated. */
  changed(): void;
  onMessage(text: string): void;
}

/** How often both sides offered at the same time, and this side yielded or ignored the other offer. */
export interface Collisions {
  yielded: number;
  ignored: number;
}

/**
 * The connection to one other peer, by perfect negotiation (https://www.w3.org/TR/webrtc/#perfect-negotiation-example):
 * either side may offer at any time. Signals may be lost while realtime is down; `resync` repeats them.
 */
export class PeerLink {
  readonly collisions: Collisions = { yielded: 0, ignored: 0 };
  /** The other side's video. */
  readonly video = new MediaStream();
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

  send(text: string): void {
    if (this.isOpen) this.channel.send(text);
  }

  /** The caller passes the signals of one peer sequentially, in the order they were sent. */
  async receive({ description, candidate }: Signal): Promise<void> {
    if (description) await this.describe(description as unknown as RTCSessionDescriptionInit);
    else
      await this.connection
        .addIceCandidate(candidate ?? undefined)
        .catch((error: unknown) => this.logUnlessIgnored(error));
  }

  /** Restarts ICE, optionally with new servers. */
  restart(iceServers?: readonly IceServer[]): void {
    if (iceServers) this.connection.setConfiguration({ iceServers: copyOf(iceServers) });
    this.connection.restartIce();
  }

  /** Repeats signals that were lost while one side was absent. A connected link needs none. */
  resync(): void {
    const { signalingState, localDescription } = this.connection;
    if (signalingState === 'have-local-offer' && localDescription) this.sendDescription(localDescription);
    else if (this.state !== 'connected') this.connection.restartIce();
  }

  close(): void {
    this.channel.onclose = null;
    this.connection.close();
  }

  private open(): [RTCPeerConnection, RTCDataChannel] {
    const { iceServers, video, changed, onMessage, send } = this.options;
    const connection = new RTCPeerConnection({ iceServers: copyOf(iceServers) });
    const channel = connection.createDataChannel('chat', { negotiated: true, id: 0 });
    channel.onopen = channel.onclose = changed;
    channel.onmessage = ({ data }) => onMessage(String(data));
    connection.ontrack = ({ track }) => this.show(track);
    connection.onicecandidate = ({ candidate }) => send({ candidate: candidateOf(candidate) });
    connection.onnegotiationneeded = () => void this.offer(connection);
    connection.onconnectionstatechange = changed;
    for (const track of video.getTracks()) connection.addTrack(track, video);
    return [connection, channel];
  }

  private show(track: MediaStreamTrack): void {
    for (const old of this.video.getTracks()) this.video.removeTrack(old);
    this.video.addTrack(track);
  }

  private async offer(connection: RTCPeerConnection): Promise<void> {
    this.isOffering = true;
    await connection.setLocalDescription().catch((error: unknown) => console.warn('creating the offer failed', error));
    if (connection !== this.connection) return;
    this.isOffering = false;
    if (connection.localDescription) this.sendDescription(connection.localDescription);
  }

  /**
   * Drops our offer. An established connection rolls it back by itself. Otherwise a new connection is opened, because
   * Chromium sometimes gathers no candidates after its first offer was rolled back.
   */
  private yieldToOffer(): void {
    if (this.connection.currentRemoteDescription) return;
    this.close();
    [this.connection, this.channel] = this.open();
    this.isOffering = false;
  }

  private async describe(description: RTCSessionDescriptionInit): Promise<void> {
    const isReady = !this.isOffering && this.connection.signalingState === 'stable';
    const collides = description.type === 'offer' && !isReady;
    this.ignoresOffer = collides && !this.options.polite;
    if (collides) this.collisions[this.ignoresOffer ? 'ignored' : 'yielded'] += 1;
    if (this.ignoresOffer) return;
    if (collides) this.yieldToOffer();
    if (description.type === 'answer' && this.connection.signalingState !== 'have-local-offer') return;
    await this.connection.setRemoteDescription(description);
    if (description.type !== 'offer') return;
    await this.connection.setLocalDescription();
    if (this.connection.localDescription) this.sendDescription(this.connection.localDescription);
  }

  private sendDescription({ type, sdp }: RTCSessionDescription): void {
    this.options.send({ description: { type, sdp } });
  }

  /** Candidates of an ignored or restarted offer can't be applied; that is expected. */
  private logUnlessIgnored(error: unknown): void {
    if (!this.ignoresOffer && this.state !== 'connected') console.debug('a candidate could not be applied', error);
  }
}

const candidateOf = (candidate: RTCIceCandidate | null): Signal['candidate'] => candidate && { ...candidate.toJSON() };

const copyOf = (servers: readonly IceServer[]): RTCIceServer[] =>
  servers.map(({ urls, ...rest }) => ({ ...rest, urls: [...urls] }));
