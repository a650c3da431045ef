import type { Server } from 'node:http';
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { DomainError } from '@halftone/kernel';
import { counter, gauge, Lifecycle, maxSockets, ServiceHost } from '@halftone/service';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { CONFIG, type RealtimeConfig } from '../config';
import { memoryShare, retryAfterSeconds, Capacity, type Shortage, shortages } from './capacity';

const refusals = counter('realtime_refusals_total', 'Refused connections, by the resource that was short', {
  reason: shortages,
});
const maxConnections = gauge('realtime_connections_limit', 'Maximum of connections of this process');

const sweepMs = 250;
/** Half of these sockets are for probes, scrapes and refused handshakes. */
const spareSockets = 256;

/**
 * Protects existing connections from new ones. Beyond the capacity a request gets 503 and Retry-After before any other work,
 * and the process is not ready, so that a balancer chooses other replicas. A slow or silent new connection gets 408.
 */
@Injectable()
export class AdmissionService implements OnModuleInit {
  private readonly capacity: Capacity;
  private readonly maxConnections: number;
  private memory = 0;
  private sweep: NodeJS.Timeout | undefined;
  /** The number of open connections; set by ConnectionsService. */
  connections: () => number = () => 0;

  constructor(
    @Inject(CONFIG) private readonly config: RealtimeConfig,
    private readonly lifecycle: Lifecycle,
    private readonly host: ServiceHost,
  ) {
    this.maxConnections = config.REALTIME_MAX_CONNECTIONS || maxSockets();
    this.capacity = new Capacity({
      acceptsPerSecond: config.REALTIME_ACCEPTS_PER_SECOND,
      connections: this.maxConnections,
    });
    maxConnections.set(this.maxConnections);
    for (const reason of shortages) refusals.inc({ reason }, 0);
  }

  start(): void {
    this.sweep = setInterval(() => this.measure(), sweepMs).unref();
  }

  stop(): void {
    clearInterval(this.sweep);
  }

  onModuleInit(): void {
    const server: Server & { connectionsCheckingInterval?: number } = this.host.app.getHttpServer();
    const handshakeMs = this.config.REALTIME_HANDSHAKE_SECONDS * 1_000;
    server.headersTimeout = handshakeMs;
    server.connectionsCheckingInterval = Math.min(1_000, handshakeMs / 2);
    this.limitSockets(server);
  }

  /** Limits the sockets of a port, whatever their requests are. */
  limitSockets(server: { maxConnections: number }): void {
    server.maxConnections = this.maxConnections + spareSockets / 2;
  }

  /** Throws OVERLOADED without capacity for another stream. A long poll is not a new connection: its client returns after every answer. */
  admit(isLongPoll = false): void {
    this.refuse(
      isLongPoll ? this.capacity.shortage(this.usage()) : this.capacity.tryConnect(this.usage(), performance.now()),
    );
  }

  /** Throws OVERLOADED without capacity for a short poll, which needs memory and time but no connection. */
  admitShortPoll(): void {
    this.refuse(this.capacity.tryPoll(this.usage(), performance.now()));
  }

  private refuse(shortage: Shortage | undefined): void {
    if (!shortage) return;
    refusals.inc({ reason: shortage });
    const [message, options] = ['Connect later or to another replica', { retryAfterSeconds: retryAfterSeconds() }];
    throw new DomainError('OVERLOADED', message, [], options);
  }

  private measure(): void {
    this.memory = memoryInUse(this.config);
    this.lifecycle.setFull(this.capacity.isFull(this.usage()));
  }

  private usage() {
    return { connections: this.connections(), memory: this.memory };
  }
}

/** As a fraction of the configured limit, or else of this process's share of the container or machine. */
function memoryInUse({ REALTIME_MEMORY_LIMIT_BYTES: limit, REALTIME_PROCESSES: processes }: RealtimeConfig): number {
  const resident = process.memoryUsage.rss();
  if (limit > 0) return resident / limit;
  const { used_heap_size: heap, heap_size_limit: heapLimit } = getHeapStatistics();
  // Without a limit a container reports 2^64.
  const shared = Math.min(process.constrainedMemory() || Infinity, totalmem());
  return memoryShare({ resident, heap, shared, heapLimit }, processes);
}
