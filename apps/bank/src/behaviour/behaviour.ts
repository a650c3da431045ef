/** The faults of the bank, as its operator sets them. */
export interface Behaviour {
  /** Delay before each answer. */
  latencyMs: number;
  /** Share of requests that fail before anything is done, 0 to 1. */
  errorRate: number;
  /** Share of requests that are executed but not answered: the connection is closed. */
  dropReplyRate: number;
  /** Closes every connection before anything is done. */
  down: boolean;
  /** Executes nothing and never answers. */
  hang: boolean;
}

export const normalBehaviour: Behaviour = { latencyMs: 0, errorRate: 0, dropReplyRate: 0, down: false, hang: false };

/** The faults of one request: before execution, and with its reply. */
export interface FaultPlan {
  delayMs: number;
  before: 'proceed' | 'cut' | 'hang' | 'fail';
  reply: 'send' | 'cut';
}

/** Pure; `random` returns numbers from 0 (inclusive) to 1 (exclusive). */
export function faultPlanOf(
  { latencyMs, errorRate, dropReplyRate, down, hang }: Behaviour,
  random: () => number,
): FaultPlan {
  const reply = random() < dropReplyRate ? 'cut' : 'send';
  if (down) return { delayMs: 0, before: 'cut', reply };
  if (hang) return { delayMs: 0, before: 'hang', reply };
  return { delayMs: latencyMs, before: random() < errorRate ? 'fail' : 'proceed', reply };
}
