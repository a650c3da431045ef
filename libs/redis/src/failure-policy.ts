/** How long to wait after failures. */
export interface FailurePolicy {
  /** The failure from which on there is a wait. */
  free: number;
  /** The first wait; each further failure doubles it. */
  firstDelayMs: number;
  maxDelayMs: number;
  /** After this time without a failure all are forgotten. */
  forgetMs: number;
}

/** The wait after this many failures. */
export const delayAfter = (failures: number, { free, firstDelayMs, maxDelayMs }: FailurePolicy): number =>
  failures < free ? 0 : Math.min(firstDelayMs * 2 ** Math.min(failures - free, 30), maxDelayMs);
