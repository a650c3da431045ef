import { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { signCursorsWith } from '../feed/cursor-signature.service';
import { LiveChannels } from '../fanout/live-channels';
import { ChannelSubscription, type Sink } from '../fanout/channel-subscription';
import { Outbound } from '../fanout/outbound';
import { catchUpFrom } from '../fanout/catch-up';
import { EventLoopTurn } from '../fanout/event-loop-turn';
import { FeedWindow } from '../feed/window';
import { SseConnection } from './sse-connection.http';

/** A socket whose client reads nothing, so that no write finishes. */
class Unread extends Duplex {
  override _read(): void {
    // The client sends nothing.
  }
  override _write(): void {
    // The client reads nothing.
  }
}

const expires = 1_000_000;

beforeAll(() => signCursorsWith('what the tests sign with'));

async function streaming() {
  const [turn, window, socket] = [new EventLoopTurn(), new FeedWindow(), new Unread()];
  window.open(0, 0);
  const feed = { window, live: new LiveChannels(turn), readLog: () => Promise.reject(new Error('all is in memory')) };
  const egress = { turn, limit: 1_000, slowConsumer: 'disconnect', overflowed: () => undefined } as const;
  const catchUp = catchUpFrom(window, 'gallery', 0, undefined);
  const subscriptions = {
    follow: (_opened: unknown, sink: Sink) => new ChannelSubscription(feed, catchUp, sink),
    run: (following: ChannelSubscription) => following.run(),
  };
  const connections = {
    outbound: (wire: Duplex, format: 'sse', owner: { onOverflow(): void }) => new Outbound(egress, wire, format, owner),
    add: () => undefined,
    remove: () => undefined,
    delivered: () => undefined,
  };
  const opened = { name: 'gallery', catchUp, filter: undefined, resumed: false, snapshot: undefined, expires };
  const connection = new SseConnection(socket, 'head', opened, subscriptions as never, connections as never);
  await nextTurn();
  return { socket, connection };
}

test('a client that does not read its last frame loses the socket after some seconds', async () => {
  const { socket, connection } = await streaming();
  connection.tick(expires - 1);
  expect(connection.outbound.state).toBe('open');
  connection.tick(expires);
  expect(connection.outbound.state).toBe('ending');
  const now = Date.now();
  connection.tick(now);
  expect(socket.destroyed).toBe(false);
  connection.tick(now + 6_000);
  expect(connection.outbound.state).toBe('destroyed');
});
