/** Time from one wave of goodbyes to the next. */
export const waveMs = 50;
const longestHintMs = 500;
/** A process is back after a second or some. */
const restartMs = 1_000;
const longestRestartMs = 4_000;

/** What is said at a stop. */
export interface Farewell {
  /** 1001: others are there, come to one of them. 1012: wait until this process is back. */
  code: 1001 | 1012;
  /** Random, so that those of one wave do not knock at the same door in the same moment. */
  reconnectInMs: number;
}

export function farewell(backAt: 'elsewhere' | 'here', random: number = Math.random()): Farewell {
  if (backAt === 'elsewhere') return { code: 1001, reconnectInMs: Math.floor(random * longestHintMs) };
  return { code: 1012, reconnectInMs: restartMs + Math.floor(random * longestRestartMs) };
}

/** Splits them evenly into the waves that fit into the time: the first goes at once, the last before its end. */
export function wavesOf<T>(all: readonly T[], overMs: number): T[][] {
  const waves = Math.max(1, Math.floor(overMs / waveMs));
  const upTo = (wave: number) => Math.ceil((all.length * wave) / waves);
  return Array.from({ length: waves }, (_, wave) => all.slice(upTo(wave), upTo(wave + 1)));
}
