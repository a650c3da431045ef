/** The faults, the result of each client, and whether it is as promised. Pure. */

export const backplanes = ['kafka', 'redis'] as const;
export type Backplane = (typeof backplanes)[number];

export const faults = {
  replica: 'one of two realtime processes is killed',
  replicas: 'both realtime processes are killed at the same time',
  kafka: 'Kafka is killed and comes back',
  redis: 'Redis is killed and comes back empty',
} as const;
export type Fault = keyof typeof faults;

/** One client over one fault. */
export interface ClientResult {
  backplane: Backplane;
  fault: Fault;
  /** `websocket 1` */
  client: string;
  /** Events of its channel while it was connected. */
  published: number;
  lost: number;
  duplicated: number;
  /** Resets: the server says that events may be missing. */
  resets: number;
  /** The last event, published after the recovery, has arrived. */
  arrived: boolean;
}

/** The feed goes to Kafka before Redis. While Kafka is down nothing is published, so nothing can be lost. */
const losesNothing = ({ backplane, fault }: ClientResult): boolean => backplane === 'kafka' || fault === 'kafka';

/** Why the result is not as promised; undefined when it is. */
export function complaintAbout(result: ClientResult): string | undefined {
  const { lost, duplicated, resets, arrived } = result;
  if (!arrived) return 'the last event never came';
  if (duplicated > 0) return `${duplicated} events came twice`;
  if (losesNothing(result) && (lost > 0 || resets > 0)) return `${lost} events lost, ${resets} resets`;
  return lost > 0 && resets === 0 ? `${lost} events lost without a reset` : undefined;
}

export interface Lesson {
  ok: boolean;
  /** Events lost, of all clients. */
  lost: Record<Backplane, number>;
}

/** The lab passes only if Kafka lost nothing and Redis lost something. */
export function lessonOf(results: readonly ClientResult[]): Lesson {
  const lostBy = (backplane: Backplane) =>
    results.filter((one) => one.backplane === backplane).reduce((sum, { lost }) => sum + lost, 0);
  const lost = { kafka: lostBy('kafka'), redis: lostBy('redis') };
  const held = results.length > 0 && results.every((one) => complaintAbout(one) === undefined);
  return { ok: held && lost.kafka === 0 && lost.redis > 0, lost };
}
