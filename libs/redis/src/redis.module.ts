import { Lifecycle } from '@halftone/service';
import { type DynamicModule, Module } from '@nestjs/common';
import { commandConnection, connect, subscriberConnection } from './connection';
import { PubSub } from './pub-sub';
import { ReplayCache } from './replay-cache';
import { Tickets } from './tickets';

const WIRING = Symbol('redis wiring');

/** Gives the process its ReplayCache, Tickets and PubSub over two connections. A process starts and runs without Redis, only slower or poorer. */
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
        { provide: PubSub, useFactory: () => new PubSub(commands, subscriber) },
        {
          provide: WIRING,
          inject: [Lifecycle],
          useFactory: (lifecycle: Lifecycle) => {
            lifecycle.onStart('connect', 'redis', async () => {
              await Promise.all([connect(commands), connect(subscriber)]);
            });
            lifecycle.onStop('close', 'redis', async () => {
              commands.disconnect();
              subscriber.disconnect();
            });
          },
        },
      ],
      exports: [ReplayCache, Tickets, PubSub],
    };
  }
}
