/** The three ways of load balancing for connections that last, and what each promises a client whose connection ends. Pure. */

/** Who remembers, and thereby where the client has to come back to. */
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

/** Whether subscriptions and position are there after it. */
export const promises: Readonly<Record<Way, Readonly<Record<Change, boolean>>>> = {
  migration: { cut: true, leaving: true, killed: true, redis: true },
  sticky: { cut: true, leaving: false, killed: false, redis: true },
  store: { cut: true, leaving: true, killed: true, redis: false },
};

export interface Survived {
  way: Way;
  change: Change;
  /** The channels that the client heard again without having to begin anew. */
  subscriptions: number;
  /** The channels it had. */
  of: number;
  /** Events told while it was away that it never heard. */
  lost: number;
  /** Events that it had acknowledged and heard again. */
  duplicated: number;
  /** Messages of a chat room, said while it was away, that it did not hear once and in order when it had entered again. */
  unheard: number;
}

export const didSurvive = ({ subscriptions, of, lost }: Survived): boolean => subscriptions === of && lost === 0;

/** Undefined when it is as promised. Less surviving than promised is a fault, and so is more: then the table is wrong. */
export function complaintAbout(survived: Survived): string | undefined {
  const { way, change, duplicated, unheard } = survived;
  if (duplicated > 0) return `${duplicated} acknowledged events came again`;
  if (unheard > 0) return `${unheard} messages of its chat room were not heard once and in order`;
  const promised = promises[way][change];
  if (promised === didSurvive(survived)) return undefined;
  return promised ? 'this was promised to survive' : 'this was not expected to survive';
}

export const lessonOf = (all: readonly Survived[]): boolean =>
  all.length === Object.keys(ways).length * Object.keys(changes).length &&
  all.every((one) => complaintAbout(one) === undefined);
