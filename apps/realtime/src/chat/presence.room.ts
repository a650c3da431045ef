import type { Peer } from '../message/message.handler';
import type { ServerMessage } from '../message/server-message';
import { changesBetween } from './presence';

/** A room as this process sees it: its own people, and whom the roster knows besides. Its people are told of each change of that once. */
export class PresenceRoom {
  /** Ends the hearing of other processes. */
  subscription: Promise<() => Promise<void>> | undefined;
  private readonly here = new Map<string, Set<Peer>>();
  private readonly listeners = new Set<Peer>();
  /** Left from here and perhaps on the roster still. */
  private readonly departed = new Set<string>();
  private known: readonly string[] = [];
  private running: Promise<void> = Promise.resolve();
  private queued: Promise<void> | undefined;

  /** `roster` gives the customers in the room on all replicas, undefined when nobody can know. */
  constructor(
    private readonly name: string,
    private readonly roster: () => Promise<readonly string[] | undefined>,
  ) {}

  get isEmpty(): boolean {
    return this.here.size === 0;
  }

  /** The customers that are here, at this process. */
  get own(): string[] {
    return [...this.here.keys()];
  }

  has(customer: string): boolean {
    return this.here.has(customer);
  }

  /** True for the first of its customer. */
  add(peer: Peer): boolean {
    const { customer } = peer.principal;
    const peers = this.here.get(customer);
    if (peers) return (peers.add(peer), false);
    this.departed.delete(customer);
    this.here.set(customer, new Set([peer]));
    return true;
  }

  /** True for the last of its customer. */
  remove(peer: Peer): boolean {
    const { customer } = peer.principal;
    this.listeners.delete(peer);
    const peers = this.here.get(customer);
    if (!peers?.delete(peer) || peers.size > 0) return false;
    this.here.delete(customer);
    this.departed.add(customer);
    return true;
  }

  /** From now on the peer is told what changes in what this answers. */
  listen(peer: Peer): readonly string[] {
    if (this.here.get(peer.principal.customer)?.has(peer)) this.listeners.add(peer);
    return this.known;
  }

  typing(customer: string): void {
    this.tellOthers(customer, { type: 'typing', room: this.name, customer });
  }

  /** Looks at the roster, once for all who ask before it begins. */
  refresh(): Promise<void> {
    this.queued ??= this.running.then(() => {
      this.queued = undefined;
      this.running = this.look();
      return this.running;
    });
    return this.queued;
  }

  private async look(): Promise<void> {
    const found = await this.roster();
    const others = found ?? this.known.filter((customer) => !this.departed.has(customer));
    if (found) this.departed.clear();
    const before = this.known;
    this.known = [...new Set([...others, ...this.own])].toSorted();
    for (const { customer, present } of changesBetween(before, this.known)) {
      this.tellOthers(customer, { type: 'presence', room: this.name, customer, present });
    }
  }

  /** May be lost, so a client that is behind is spared it. */
  private tellOthers(customer: string, message: ServerMessage): void {
    for (const peer of this.listeners) {
      if (peer.principal.customer !== customer && !peer.isCongested) peer.send(message);
    }
  }
}
