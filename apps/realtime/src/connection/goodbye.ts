/** Time from one wave of goodbyes to the next. */
export const waveMs = 50;
const longestHintMs = 500;

/**
 * When a client that was sent away should come back, in ms, elsewhere. Random, so that those of one wave do not knock at the same door in
 * the same moment.
 */
export const reconnectHint = (random: number = Math.random()): number => Math.floor(random * longestHintMs);

/** Splits them evenly into the waves that fit into the time: the first goes at once, the last before its end. */
export function wavesOf<T>(all: readonly T[], overMs: number): T[][] {
  const waves = Math.max(1, Math.floor(overMs / waveMs));
  const upTo = (wave: number) => Math.ceil((all.length * wave) / waves);
  return Array.from({ length: waves }, (_, wave) => all.slice(upTo(wave), upTo(wave + 1)));
}
