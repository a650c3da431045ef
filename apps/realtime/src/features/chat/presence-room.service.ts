import type { Peer } from '../../message/message-router.service';
import type { ServerMessage } from '../../message/server-message';
import { changesBetween } from './presence';

/** A room in this process: its own customers, and those on the roster. Its members get each change once. */
export class PresenceRoom {
  /** Ends the subscription to other processes. */
  subscription: Promise<() => Promise<void>> | undefined;
  private readonly local = new Map<string, Set<Peer>>();
  private readonly listeners = new Set<Peer>();
  /** Known customers that left since the last roster read. Never more than `known`, also while Redis is down. */
  private readonly departed = new Set<string>();
  private known: readonly string[] = [];
  private running: Promise<void> = Promise.resolve();
  private queued: Promise<void> | undefined;

  /** `roster` returns the customers in the room at all replicas; undefined while Redis is down. */
  constructor(
    private readonly name: string,
    private readonly roster: () => Promise<readonly string[] | undefined>,
  ) {}

  get isEmpty(): boolean {
    return this.local.size === 0;
  }

  /** The customers at this process. */
  get own(): string[] {
    return [...this.local.keys()];
  }

  /** The number of customers in memory: the present ones, and those who left since. */
  get remembered(): number {
    return new Set([...this.local.keys(), ...this.known, ...this.departed]).size;
  }

  /** True for the customer's first connection. */
  add(peer: Peer): boolean {
    const { customer } = peer.principal;
    const peers = this.local.get(customer);
    if (peers) return (peers.add(peer), false);
    this.departed.delete(customer);
    this.local.set(customer, new Set([peer]));
    return true;
  }

  /** True for the customer's last connection. */
  remove(peer: Peer): boolean {
    const { customer } = peer.principal;
    this.listeners.delete(peer);
    const peers = this.local.get(customer);
    if (!peers?.delete(peer) || peers.size > 0) return false;
    this.local.delete(customer);
    if (this.known.includes(customer)) this.departed.add(customer);
    return true;
  }

  /** Returns the present customers; from now on the peer gets the changes. */
  listen(peer: Peer): readonly string[] {
    if (this.local.get(peer.principal.customer)?.has(peer)) this.listeners.add(peer);
    return this.known;
  }

  typing(customer: string): void {
    this.sendToOthers(customer, { type: 'typing', room: this.name, customer });
  }

  /** Reads the roster; calls before the start of a read share it. */
  refresh(): Promise<void> {
    // The callers of the previous read get its failure.
    const before = this.running.catch(() => undefined);
    this.queued ??= before.then(() => {
      this.queued = undefined;
      this.running = this.readRoster();
      return this.running;
    });
    return this.queued;
  }

  private async readRoster(): Promise<void> {
    const found = await this.roster();
    const others = found ?? this.known.filter((customer) => !this.departed.has(customer));
    // Those who left are no longer in the roster, so they can be forgotten.
    this.departed.clear();
    const before = this.known;
    this.known = [...new Set([...others, ...this.own])].toSorted();
    for (const { customer, present } of changesBetween(before, this.known)) {
      this.sendToOthers(customer, { type: 'presence', room: this.name, customer, present });
    }
  }

  /** Ephemeral, so a slow client does not get it. */
  private sendToOthers(customer: string, message: ServerMessage): void {
    for (const peer of this.listeners) {
      if (peer.principal.customer !== customer && !peer.isCongested) peer.send(message);
    }
  }
}
