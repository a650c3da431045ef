import { part, startAndStop } from '@halftone/service';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Broadcast } from './broadcast';
import { commandConnection, connect, subscriberConnection } from './connection';
import { FailureCounts } from './failure-counts';
import { PubSub } from './pub-sub';
import { ReplayCache } from './replay-cache';
import { Roster } from './roster';
import { Sessions } from './sessions';
import { Tickets } from './tickets';
import { WindowCounts } from './window-counts';

interface Connections {
  commands: Redis;
  subscriber: Redis;
}

const CONNECTIONS = Symbol('redis connections');

/**
 * Provides all classes of this lib over two connections. The process starts and runs without Redis, with fewer
 * features. A Redis that rejects the password prevents the start.
 */
@Module({})
export class RedisModule {
  static forRoot({ url }: { url: string }): DynamicModule {
    const commands = commandConnection(url);
    const subscriber = subscriberConnection(url);
    return {
      module: RedisModule,
      global: true,
      providers: [
        { provide: FailureCounts, useFactory: () => new FailureCounts(commands) },
        { provide: WindowCounts, useFactory: () => new WindowCounts(commands) },
        { provide: ReplayCache, useFactory: () => new ReplayCache(commands) },
        { provide: Tickets, useFactory: () => new Tickets(commands) },
        { provide: Roster, useFactory: () => new Roster(commands) },
        { provide: Sessions, useFactory: () => new Sessions(commands) },
        { provide: Broadcast, useFactory: () => new Broadcast(commands, subscriber) },
        { provide: PubSub, useFactory: () => new PubSub(commands, subscriber) },
        { provide: CONNECTIONS, useValue: { commands, subscriber } },
        startAndStop({
          connect: [part('redis', CONNECTIONS, connectBoth, 'check REDIS_URL and its password')],
          close: [part('redis', CONNECTIONS, disconnectBoth)],
        }),
      ],
      exports: [FailureCounts, WindowCounts, ReplayCache, Tickets, Roster, Sessions, PubSub, Broadcast],
    };
  }
}

async function connectBoth({ commands, subscriber }: Connections): Promise<void> {
  await Promise.all([connect(commands), connect(subscriber)]);
}

function disconnectBoth({ commands, subscriber }: Connections): void {
  commands.disconnect();
  subscriber.disconnect();
}
