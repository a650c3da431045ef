/** What is broken, what each client then saw, and what that must have been. Pure. */

export const backplanes = ['kafka', 'redis'] as const;
export type Backplane = (typeof backplanes)[number];

export const faults = {
  replica: 'one of two realtime processes is killed',
  replicas: 'both realtime processes are killed at once',
  kafka: 'Kafka is killed and comes back',
  redis: 'Redis is killed and comes back empty',
} as const;
export type Fault = keyof typeof faults;

/** One client over one fault. */
export interface Seen {
  backplane: Backplane;
  fault: Fault;
  /** `websocket 1` */
  client: string;
  /** Events of its channel while it listened. */
  told: number;
  lost: number;
  duplicated: number;
  /** How often it was told that something may be missing. */
  resets: number;
  /** The last event, told when all was well again, has come. */
  arrived: boolean;
}

/** The feed goes to Kafka before it goes to Redis, so while Kafka is away there is nothing to lose either way. */
const losesNothing = ({ backplane, fault }: Seen): boolean => backplane === 'kafka' || fault === 'kafka';

/** Why a client did not see what was promised; undefined when it did. */
export function complaintAbout(seen: Seen): string | undefined {
  const { lost, duplicated, resets, arrived } = seen;
  if (!arrived) return 'the last event never came';
  if (duplicated > 0) return `${duplicated} events came twice`;
  if (losesNothing(seen) && (lost > 0 || resets > 0)) return `${lost} events lost, ${resets} resets`;
  return lost > 0 && resets === 0 ? `${lost} events lost without a word` : undefined;
}

export interface Lesson {
  ok: boolean;
  /** Events lost, of all clients. */
  lost: Record<Backplane, number>;
}

/** The lab has shown something only if Kafka lost nothing and what Redis loses was seen. */
export function lessonOf(seen: readonly Seen[]): Lesson {
  const lostBy = (backplane: Backplane) =>
    seen.filter((one) => one.backplane === backplane).reduce((sum, { lost }) => sum + lost, 0);
  const lost = { kafka: lostBy('kafka'), redis: lostBy('redis') };
  const held = seen.length > 0 && seen.every((one) => complaintAbout(one) === undefined);
  return { ok: held && lost.kafka === 0 && lost.redis > 0, lost };
}
