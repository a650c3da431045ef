import type { Socket } from 'node:net';
import { addressOf, isTrustedProxy } from './client-address';

type Counted = Socket & { [release]?: () => void };

/** A property of the socket, because code that takes over a socket removes its listeners. */
const release = Symbol('release');

/**
 * Counts the open connections per client address. A trusted proxy carries many clients and is not limited; it limits
 * its own clients.
 */
export class AddressCount {
  private readonly open = new Map<string, number>();

  /** `max` of 0 means no limit. */
  constructor(private readonly max: number) {}

  /** Returns false when the address has reached the limit. */
  admit(socket: Socket): boolean {
    if (this.max === 0 || isTrustedProxy(socket.remoteAddress)) return true;
    const address = addressOf({ headers: {}, socket });
    const count = this.open.get(address) ?? 0;
    if (count >= this.max) return false;
    this.open.set(address, count + 1);
    (socket as Counted)[release] = () => this.remove(address);
    socket._destroy = destroyAndRelease;
    return true;
  }

  private remove(address: string): void {
    const left = (this.open.get(address) ?? 0) - 1;
    if (left > 0) this.open.set(address, left);
    else this.open.delete(address);
  }
}

function destroyAndRelease(this: Counted, error: Error | null, callback: (error?: Error | null) => void): void {
  this[release]?.();
  delete this[release];
  (Object.getPrototypeOf(this) as Socket)._destroy.call(this, error, callback);
}
