import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { DomainError } from '@halftone/kernel';
import { counter, gauge, Lifecycle, ServiceHost } from '@halftone/service';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { CONFIG, type RealtimeConfig } from '../config';
import { retryAfterSeconds, Room, scarcities } from './room';

const refusals = counter(
  'realtime_refusals_total',
  'Connections that were not let in, by what there was too little of',
  {
    reason: scarcities,
  },
);
const mostConnections = gauge('realtime_connections_limit', 'Connections that this process takes');

const sweepMs = 250;
/** Left for probes, for scrapes, for handshakes that are refused, and for what the process itself has open. */
const sparePlaces = 256;

/** Where the system does not say. */
const fewFiles = 4_096;
/** The rest is for what a burst takes until it is seen. */
const safe = 0.85;

/**
 * Guards those who are connected against those who want to be. Who does not fit is told 503 and when to come back before anything was done
 * for it; while there is no room the process is not ready, so that a balancer asks others. Also against those who connect and then say
 * nothing, or take for ever to say it: a request whose head is not there in time is answered 408 and closed.
 */
@Injectable()
export class AdmissionService implements OnModuleInit {
  private readonly room: Room;
  private readonly mostConnections: number;
  private memory = 0;
  private sweep: NodeJS.Timeout | undefined;
  /** How many there are; told by whoever keeps them. */
  connections: () => number = () => 0;

  constructor(
    @Inject(CONFIG) private readonly config: RealtimeConfig,
    private readonly lifecycle: Lifecycle,
    private readonly host: ServiceHost,
  ) {
    this.mostConnections = config.REALTIME_MAX_CONNECTIONS || Math.max(1, mostFiles() - sparePlaces);
    this.room = new Room({
      acceptsPerSecond: config.REALTIME_ACCEPTS_PER_SECOND,
      connections: this.mostConnections,
    });
    mostConnections.set(this.mostConnections);
    for (const reason of scarcities) refusals.inc({ reason }, 0);
    lifecycle.onStart('serve', 'admission', async () => {
      this.sweep = setInterval(() => this.look(), sweepMs).unref();
    });
    lifecycle.onStop('close', 'admission', async () => clearInterval(this.sweep));
  }

  onModuleInit(): void {
    const server: Server & { connectionsCheckingInterval?: number } = this.host.app.getHttpServer();
    const handshakeMs = this.config.REALTIME_HANDSHAKE_SECONDS * 1_000;
    server.headersTimeout = handshakeMs;
    server.connectionsCheckingInterval = Math.min(1_000, handshakeMs / 2);
    // The last line: sockets, whatever they turn out to be.
    server.maxConnections = this.mostConnections + sparePlaces / 2;
  }

  /** Lets one in that means to stay, or throws OVERLOADED. A long poll is not new: its client comes back after every answer. */
  admit(isLongPoll = false): void {
    const scarce = isLongPoll ? this.room.lack(this.use()) : this.room.take(this.use(), performance.now());
    if (!scarce) return;
    refusals.inc({ reason: scarce });
    const [message, options] = [
      'Connect again later, or at another replica',
      { retryAfterSeconds: retryAfterSeconds() },
    ];
    throw new DomainError('OVERLOADED', message, [], options);
  }

  private look(): void {
    this.memory = memoryInUse(this.config.REALTIME_MEMORY_LIMIT_BYTES);
    this.lifecycle.full(this.room.isFull(this.use()));
  }

  private use() {
    return { connections: this.connections(), memory: this.memory };
  }
}

/** Files this process may have open, of which each connection is one. Node has raised the soft limit to the hard one. */
function mostFiles(): number {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return Number(soft ?? fewFiles);
  } catch {
    return fewFiles;
  }
}

/** As a part of `limit` bytes; without one, of what the container or the machine has, and of what V8 lets the heap grow to. */
function memoryInUse(limit: number): number {
  const resident = process.memoryUsage.rss();
  if (limit > 0) return resident / limit;
  const { used_heap_size: heap, heap_size_limit: mostHeap } = getHeapStatistics();
  // A container without a limit says 2^64.
  const most = Math.min(process.constrainedMemory() || Infinity, totalmem());
  return Math.max(resident / most, heap / mostHeap) / safe;
}
