import { Lifecycle } from '@halftone/service';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Broadcast } from './broadcast';
import { commandConnection, connect, subscriberConnection } from './connection';
import { PubSub } from './pub-sub';
import { ReplayCache } from './replay-cache';
import { Roster } from './roster';
import { Sessions } from './sessions';
import { Tickets } from './tickets';

const WIRING = Symbol('redis wiring');

/**
 * Gives the process its ReplayCache, Tickets, Roster, Sessions, PubSub and Broadcast over two connections. It starts and runs without Redis, only slower or poorer; a
 * Redis that refuses its password keeps it from starting.
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
        { provide: ReplayCache, useFactory: () => new ReplayCache(commands) },
        { provide: Tickets, useFactory: () => new Tickets(commands) },
        { provide: Roster, useFactory: () => new Roster(commands) },
        { provide: Sessions, useFactory: () => new Sessions(commands) },
        { provide: Broadcast, useFactory: () => new Broadcast(commands, subscriber) },
        { provide: PubSub, useFactory: () => new PubSub(commands, subscriber) },
        {
          provide: WIRING,
          inject: [Lifecycle],
          useFactory: (lifecycle: Lifecycle) => {
            lifecycle.onStart(
              'connect',
              'redis',
              () => connectBoth(commands, subscriber),
              'check REDIS_URL, its password',
            );
            lifecycle.onStop('close', 'redis', async () => {
              commands.disconnect();
              subscriber.disconnect();
            });
          },
        },
      ],
      exports: [ReplayCache, Tickets, Roster, Sessions, PubSub, Broadcast],
    };
  }
}

async function connectBoth(commands: Redis, subscriber: Redis): Promise<void> {
  await Promise.all([connect(commands), connect(subscriber)]);
}
