/** The options of a start. */
import type { RunState } from '../os/run-state.ts';
import type { Progress } from '../terminal/progress.ts';
import type { TourVerdict } from './outcome.ts';
import type { System } from './system.ts';

/** Takes the tour through the running system and returns its verdict. */
type TakeTour = (run: RunState, progress: Progress, signal: AbortSignal) => Promise<TourVerdict>;

export interface StartOptions {
  once: boolean;
  json: boolean;
  /** Without it no tour is taken. */
  tour?: TakeTour | undefined;
  /** Runs while the system is up. */
  whileUp?: (system: System, signal: AbortSignal) => Promise<void>;
}
