import type { Where } from '../../crowd/crowd.ts';

export type Transport = 'websocket' | 'sse';

/** A server that runs and can be told to speak to everybody. */
export interface Running {
  /** The processes whose time and memory count. */
  pids(): number[];
  where(transport: Transport): Where;
  /** So many messages of about 200 bytes to all; they are on their way when it resolves. */
  publish(count: number): Promise<void>;
  stop(): Promise<void>;
}

export interface Contestant {
  name: string;
  transports: readonly Transport[];
  /** Throws with what to do when it cannot be had here. */
  start(signal: AbortSignal): Promise<Running>;
}
