/** The time between two waves of goodbyes. */
export const waveMs = 50;
const maxReconnectMs = 500;
/** A process restarts in some seconds. */
const restartMs = 1_000;
const maxRestartMs = 4_000;

/** The message to clients at a stop. */
export interface Goodbye {
  /** 1001: reconnect to another replica. 1012: wait until this process is back. */
  code: 1001 | 1012;
  /** Random, so that the clients of one wave do not all reconnect at the same time. */
  reconnectInMs: number;
}

export function goodbye(backAt: 'elsewhere' | 'here', random: number = Math.random()): Goodbye {
  if (backAt === 'elsewhere') return { code: 1001, reconnectInMs: Math.floor(random * maxReconnectMs) };
  return { code: 1012, reconnectInMs: restartMs + Math.floor(random * maxRestartMs) };
}

/** Splits the connections evenly into waves over the time: the first immediately, the last before its end. */
export function wavesOf<T>(all: readonly T[], overMs: number): T[][] {
  const waves = Math.max(1, Math.floor(overMs / waveMs));
  const upTo = (wave: number) => Math.ceil((all.length * wave) / waves);
  return Array.from({ length: waves }, (_, wave) => all.slice(upTo(wave), upTo(wave + 1)));
}
