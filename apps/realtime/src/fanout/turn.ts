/** Something that collects during a turn and acts once at its end. */
export interface Pending {
  flush(): void;
}

/**
 * One turn of the event loop. What is given out during it goes out at its end: first channels hand what they collected to their
 * connections, then each connection writes, once. The system call is most of what a delivery costs, so it is paid once for all frames
 * of the turn. The numbers too are counted once.
 */
export class Turn {
  private channels: Pending[] = [];
  private connections: Pending[] = [];
  private isOpen = false;
  private deliveries = 0;
  private joined: { frames: readonly Buffer[]; bytes: Buffer } | undefined;

  /** `onDelivered` is told at the end of a turn how many events connections were handed in it. */
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

  /** Connections mostly wait for the same frames as the one before: those share the joined bytes. */
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
    // What a flush gave to others.
    if (this.channels.length + this.connections.length > 0) this.open();
  }
}
