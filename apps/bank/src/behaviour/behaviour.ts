/** How badly the bank behaves, as its operator wants it. */
export interface Behaviour {
  /** Before each answer. */
  latencyMs: number;
  /** Share of requests that end in an error of the bank before anything is done, 0 to 1. */
  errorRate: number;
  /** Share of requests that are done and never answered: the connection is cut. */
  dropReplyRate: number;
  /** Every connection is cut before anything is done. */
  down: boolean;
  /** Nothing is done and nothing answered, for as long as the client waits. */
  hang: boolean;
}

export const wellBehaved: Behaviour = { latencyMs: 0, errorRate: 0, dropReplyRate: 0, down: false, hang: false };

/** What happens to one request: before it, and with its reply. */
export interface Fate {
  delayMs: number;
  before: 'go-on' | 'cut' | 'hang' | 'fail';
  reply: 'send' | 'cut';
}

/** Pure; `random` gives numbers from 0 up to 1. */
export function fateOf({ latencyMs, errorRate, dropReplyRate, down, hang }: Behaviour, random: () => number): Fate {
  const reply = random() < dropReplyRate ? 'cut' : 'send';
  if (down) return { delayMs: 0, before: 'cut', reply };
  if (hang) return { delayMs: 0, before: 'hang', reply };
  return { delayMs: latencyMs, before: random() < errorRate ? 'fail' : 'go-on', reply };
}
