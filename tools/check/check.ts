/** The result of one check. */
export interface Outcome {
  passed: number;
  failed: number;
  /** Shown when something failed. */
  output: string;
  /** Why the check cannot run here; then nothing is counted. */
  skipped?: string;
  /** Tests within it that were not run; they count neither as passed nor as failed, so each is named. */
  skippedTests?: readonly string[];
}

export interface Check {
  name: string;
  /** Throwing counts as one failure. */
  run(signal: AbortSignal, say: (line: string) => void): Promise<Outcome>;
}

/** A static check counts as one. */
export const verdict = ({ code, output }: { code: number; output: string }): Outcome =>
  code === 0 ? { passed: 1, failed: 0, output } : { passed: 0, failed: 1, output };
