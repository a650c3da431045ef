import { cursorOf } from '../feed/cursor';
import type { Outgoing } from '../feed/encoded-event';
import type { Sink } from '../feed/following';
import type { ConnectionsService } from './connections.service';
import type { Outbound } from './outbound';

/**
 * What the subscriptions of one WebSocket share. A live event that several of them want (`me` and `order:7`) is sent once: it reaches
 * them one right after the other.
 */
export class WebSocketSink {
  private latest: Outgoing | undefined;

  constructor(
    private readonly outbound: Outbound,
    private readonly connections: ConnectionsService,
  ) {}

  named(name: string, send: (message: object) => void): Sink {
    return {
      event: (event) => {
        if (this.isNew(event)) this.deliver(event);
      },
      passing: (event) => {
        if (!this.outbound.isCongested && this.isNew(event)) this.deliver(event);
      },
      reset: (position) => send({ type: 'reset', channel: name, cursor: cursorOf(position) }),
      room: () => this.outbound.room(),
    };
  }

  private isNew(event: Outgoing): boolean {
    const isNew = this.latest !== event;
    this.latest = event;
    return isNew;
  }

  private deliver(event: Outgoing): void {
    this.outbound.push(event.wsFrame);
    this.connections.delivered();
  }
}
