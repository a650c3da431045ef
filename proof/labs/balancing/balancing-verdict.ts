/** Three ways of load balancing for long-lived connections, and what each promises when a connection ends. Pure. */

/** Where the session state is kept; this decides where the client may reconnect. */
export const ways = {
  migration: { sessions: 'client', about: 'the client remembers its cursors and goes to any process' },
  sticky: { sessions: 'process', about: 'the process remembers, and the balancer brings the client back to it' },
  store: { sessions: 'redis', about: 'Redis remembers, and the client goes to any process' },
} as const;
export type Way = keyof typeof ways;

export const changes = {
  cut: 'the connection is lost, nothing else',
  leaving: 'the process is asked to leave, and another takes its place',
  killed: 'the process is killed, and another takes its place',
  redis: 'Redis is killed, comes back empty, and then the connection is lost',
} as const;
export type Change = keyof typeof changes;

/** Whether subscriptions and cursors survive the change. */
export const promises: Readonly<Record<Way, Readonly<Record<Change, boolean>>>> = {
  migration: { cut: true, leaving: true, killed: true, redis: true },
  sticky: { cut: true, leaving: false, killed: false, redis: true },
  store: { cut: true, leaving: true, killed: true, redis: false },
};

export interface ChangeResult {
  way: Way;
  change: Change;
  /** Channels that continued without a new subscription. */
  subscriptions: number;
  /** The channels it had. */
  of: number;
  /** Events published while the client was away that it never received. */
  lost: number;
  /** Events it received again after it had acknowledged them. */
  duplicated: number;
  /** Chat messages sent while the client was away that it did not get once and in order after it joined again. */
  missed: number;
}

export const didSurvive = ({ subscriptions, of, lost }: ChangeResult): boolean => subscriptions === of && lost === 0;

/** Undefined when the result is as promised. Surviving more than promised is wrong too: then the table is wrong. */
export function complaintAbout(survived: ChangeResult): string | undefined {
  const { way, change, duplicated, missed } = survived;
  if (duplicated > 0) return `${duplicated} acknowledged events came again`;
  if (missed > 0) return `${missed} messages of its chat room did not arrive once and in order`;
  const promised = promises[way][change];
  if (promised === didSurvive(survived)) return undefined;
  return promised ? 'this was promised to survive' : 'this was not expected to survive';
}

export const lessonOf = (all: readonly ChangeResult[]): boolean =>
  all.length === Object.keys(ways).length * Object.keys(changes).length &&
  all.every((one) => complaintAbout(one) === undefined);
