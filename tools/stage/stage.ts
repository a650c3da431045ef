/**
 * Realtime alone: its processes as they are deployed, on engines of their own, and a publisher of the feed in the shop's place. For
 * everything that is about the way from Kafka to the client. A process that is killed is started again on its port.
 */
import { randomUUID } from 'node:crypto';
import { openArena, type Arena } from '../arena/arena.ts';
import { createFeedTopic, FeedPublisher } from './feed-publisher.ts';
import { signAccessToken } from './access-token.ts';
import type { ServiceState } from '../engines/run-state.ts';
import { topology, type ServiceName } from '../supervisor/topology.ts';

export interface StageOptions {
  /** Names its folder; two commands with the same name can't run at once. */
  name: string;
  /** Processes of realtime. */
  replicas: number;
  /** Settings of realtime besides the usual ones. */
  settings?: Readonly<Record<string, string>>;
  /** With the notifications service, which has the chat rooms. */
  chat?: boolean;
  /** Called when the topic exists and nothing reads it yet. */
  past?: (brokers: string, topic: string) => Promise<unknown>;
  /** As built for tests: faults and bugs can be armed. */
  testBuild?: boolean;
  /** A proxy in front of each engine. */
  proxied?: boolean;
  note?: (text: string) => void;
  signal: AbortSignal;
}

export class Stage {
  readonly arena: Arena;
  readonly topic: string;
  readonly publisher: FeedPublisher;

  constructor(arena: Arena, topic: string, publisher: FeedPublisher) {
    this.arena = arena;
    this.topic = topic;
    this.publisher = publisher;
  }

  /** Of the replicas, in order. */
  get urls(): string[] {
    return this.arena.urls.realtime;
  }

  get brokers(): string {
    return this.arena.run.engines.kafka.brokers;
  }

  get redisUrl(): string {
    return this.arena.run.engines.redis.url;
  }

  /** As they are now: after a kill the pid is another. */
  get processes(): ServiceState[] {
    return this.arena.run.services.filter(({ name }) => name === 'realtime');
  }

  /** Good for a quarter of an hour. */
  token(customer: string, role: 'customer' | 'operator' = 'customer'): string {
    return signAccessToken(customer, role);
  }

  /** SIGKILL to the n-th replica, from 1; resolves when it is ready again. */
  async killAndAwait(replica: number): Promise<ServiceState> {
    const of = { name: 'realtime', replica } as const;
    const { pid } = this.arena.process(of);
    this.arena.kill(of);
    return this.arena.ready(of, pid);
  }

  async close(): Promise<void> {
    await this.publisher.close().catch(() => undefined);
    await this.arena.close();
  }
}

const others = (topology.map(({ name }) => name) as ServiceName[]).filter((name) => name !== 'realtime');

export async function openStage(options: StageOptions): Promise<Stage> {
  const { name, replicas, settings, chat, past, ...rest } = options;
  const topic = `halftone.stage.${randomUUID()}`;
  const arena = await openArena({
    ...rest,
    name,
    replicas: {
      ...Object.fromEntries(others.map((other) => [other, 0])),
      notifications: chat ? 1 : 0,
      realtime: replicas,
    },
    settings: { realtime: { REALTIME_FEED_TOPIC: topic, ...settings } },
    prepared: async ({ kafka: { brokers } }) => {
      await createFeedTopic(brokers, topic);
      await past?.(brokers, topic);
    },
  });
  try {
    const { kafka, redis } = arena.run.engines;
    const redisUrl = settings?.REALTIME_BACKPLANE === 'redis' ? redis.url : undefined;
    return new Stage(arena, topic, await FeedPublisher.open(kafka.brokers, topic, redisUrl));
  } catch (error) {
    await arena.close();
    throw error;
  }
}
