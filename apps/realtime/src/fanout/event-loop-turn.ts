/** Collects during a turn and acts once at its end. */
export interface Pending {
  flush(): void;
}

/**
 * Batches the output of one turn of the event loop. At its end the channels pass their collected events to their connections,
 * then each connection writes once. The system call is the main cost of a delivery, so it is paid once per turn.
 * Deliveries are counted once per turn too.
 */
export class EventLoopTurn {
  private channels: Pending[] = [];
  private connections: Pending[] = [];
  private isOpen = false;
  private deliveries = 0;
  private joined: { frames: readonly Buffer[]; bytes: Buffer } | undefined;

  /** Calls `onDelivered` at the end of a turn with the number of delivered events. */
  constructor(private readonly onDelivered: (count: number) => void = () => undefined) {}

  addChannel(channel: Pending): void {
    this.open();
    this.channels.push(channel);
  }

  addConnection(connection: Pending): void {
    this.open();
    this.connections.push(connection);
  }

  delivered(count: number): void {
    this.open();
    this.deliveries += count;
  }

  /** Most connections write the same frames as the previous one, so they share the joined bytes. */
  join(frames: readonly Buffer[]): Buffer {
    const known = this.joined;
    if (known && known.frames.length === frames.length && known.frames.every((frame, at) => frame === frames[at]))
      return known.bytes;
    const bytes = Buffer.concat(frames);
    this.joined = { frames, bytes };
    return bytes;
  }

  private open(): void {
    if (this.isOpen) return;
    this.isOpen = true;
    setImmediate(() => this.end());
  }

  private end(): void {
    const channels = this.channels;
    this.channels = [];
    for (const channel of channels) channel.flush();
    const connections = this.connections;
    this.connections = [];
    for (const connection of connections) connection.flush();
    if (this.deliveries > 0) this.onDelivered(this.deliveries);
    this.deliveries = 0;
    this.joined = undefined;
    this.isOpen = false;
    // A flush may have added more.
    if (this.channels.length + this.connections.length > 0) this.open();
  }
}
