/**
 * Realtime alone: its processes as deployed, on their own engines, with a publisher of the feed instead of a shop.
 * For experiments on the path from Kafka to the client. A killed process is started again on its port.
 */
import { randomUUID } from 'node:crypto';
import { openSandbox, type Sandbox } from '../sandbox.ts';
import { createFeedTopic, FeedPublisher } from './feed-publisher.ts';
import { signAccessToken } from './access-token.ts';
import type { ServiceState } from '@halftone/tools/os/run-state.ts';
import { topology, type ServiceName } from '@halftone/tools/shop/topology.ts';

export interface RealtimeSandboxOptions {
  /** Names its folder; two commands with the same name can't run at the same time. */
  name: string;
  /** Processes of realtime. */
  replicas: number;
  /** Settings of realtime besides the usual ones. */
  settings?: Readonly<Record<string, string>>;
  /** With the notifications service, which has the chat rooms. */
  chat?: boolean;
  /** Called when the topic exists and nothing reads it yet. */
  past?: (brokers: string, topic: string) => Promise<unknown>;
  /** Test builds: faults and bugs can be armed. */
  testBuild?: boolean;
  /** A proxy in front of each engine. */
  proxied?: boolean;
  note?: (text: string) => void;
  signal: AbortSignal;
}

export class RealtimeSandbox {
  readonly system: Sandbox;
  readonly topic: string;
  readonly publisher: FeedPublisher;

  constructor(system: Sandbox, topic: string, publisher: FeedPublisher) {
    this.system = system;
    this.topic = topic;
    this.publisher = publisher;
  }

  /** The URLs of the replicas, in order. */
  get urls(): string[] {
    return this.system.urls.realtime;
  }

  get brokers(): string {
    return this.system.run.engines.kafka.brokers;
  }

  get redisUrl(): string {
    return this.system.run.engines.redis.url;
  }

  /** The current processes; after a restart the pid is new. */
  get processes(): ServiceState[] {
    return this.system.run.services.filter(({ name }) => name === 'realtime');
  }

  /** Good for a quarter of an hour. */
  token(customer: string, role: 'customer' | 'operator' = 'customer'): string {
    return signAccessToken(customer, role);
  }

  /** SIGKILL to the n-th replica, from 1; resolves when it is ready again. */
  async killAndAwait(replica: number): Promise<ServiceState> {
    const of = { name: 'realtime', replica } as const;
    const { pid } = this.system.process(of);
    this.system.kill(of);
    return this.system.ready(of, pid);
  }

  async close(): Promise<void> {
    // The broker may be down after a fault; the sandbox is closed in any case.
    await this.publisher.close().catch(() => undefined);
    await this.system.close();
  }
}

const others = (topology.map(({ name }) => name) as ServiceName[]).filter((name) => name !== 'realtime');

export async function openRealtimeSandbox(options: RealtimeSandboxOptions): Promise<RealtimeSandbox> {
  const { name, replicas, settings, chat, past, ...rest } = options;
  const topic = `halftone.sandbox.${randomUUID()}`;
  const system = await openSandbox({
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
    const { kafka, redis } = system.run.engines;
    const redisUrl = settings?.REALTIME_BACKPLANE === 'redis' ? redis.url : undefined;
    return new RealtimeSandbox(system, topic, await FeedPublisher.open(kafka.brokers, topic, redisUrl));
  } catch (error) {
    await system.close();
    throw error;
  }
}
