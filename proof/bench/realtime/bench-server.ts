import type { PoolTarget } from '../../harness/clients/pool/client-pool.ts';

export type Transport = 'websocket' | 'sse';

/** A running server that can send a message to all its clients. */
export interface Running {
  /** The processes whose time and memory count. */
  pids(): number[];
  targetFor(transport: Transport): PoolTarget;
  /** Sends `count` messages of about 200 bytes to all clients. Resolves when they are on their way. */
  publish(count: number): Promise<void>;
  stop(): Promise<void>;
}

export interface BenchServer {
  name: string;
  transports: readonly Transport[];
  /** Throws, with what to install, when it is not available here. */
  start(signal: AbortSignal): Promise<Running>;
}
