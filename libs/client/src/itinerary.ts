/** Where and how to connect next. Pure: time comes in as an argument. */
import { fullJitter, type BackoffLimits } from './backoff.ts';

/** From the best to the last resort. */
export const transportNames = ['websocket', 'sse', 'long-poll'] as const;
export type TransportName = (typeof transportNames)[number];

/** How one connection ended, or failed to begin. */
export interface Ending {
  /** It had been able to deliver. */
  opened: boolean;
  livedMs: number;
  /** What the server's goodbye asked for. */
  comeBackInMs?: number | undefined;
  /** What the server's refusal asked for. */
  retryAfterMs?: number | undefined;
  /** The credentials were refused or have expired. */
  unauthenticated?: boolean;
  why: string;
}

export interface Standing {
  /** Which address is tried now; counts on and on. */
  turn: number;
  /** Which transport. */
  way: number;
  /** Tries without success in a row. */
  failures: number;
  /** Rounds over all addresses that the transport of now has failed in a row. */
  failedRounds: number;
  /** Connections in a row that ended right after they opened. */
  brief: number;
  /** The transport has opened before. */
  proven: boolean;
  /** Since when a lesser transport than the first is used. */
  fellBackAt: number | undefined;
}

export interface Ways {
  addresses: number;
  transports: number;
  backoff: BackoffLimits;
}

/** A transport that never worked here is given up after one round, one that did must fail often: the server may just be away. */
const patientRounds = 5;
/** A proxy that lets a connection open and then cuts it shows by several that lived no longer than this. */
const briefMs = 3_000;
const tooManyBrief = 4;
/** The wait after brief ones grows no longer than this: each of them did deliver, so somebody is there. */
const briefWaitMs = 2_000;
/** After this time on a lesser transport, the next connection tries the best one again. */
const lesserForMs = 60_000;

export const departure = (turn = 0): Standing => ({
  turn,
  way: 0,
  failures: 0,
  failedRounds: 0,
  brief: 0,
  proven: false,
  fellBackAt: undefined,
});

/**
 * Another address each time. The wait is what a goodbye asked for, else full jitter over the rounds that failed; a Retry-After counts
 * once every address has been asked.
 */
export function nextHop(
  from: Standing,
  ending: Ending,
  ways: Ways,
  now: number,
  random: () => number = Math.random,
): { standing: Standing; waitMs: number } {
  return ending.opened ? afterLoss(from, ending, ways, now, random) : afterFailure(from, ending, ways, now, random);
}

function afterLoss(from: Standing, ending: Ending, ways: Ways, now: number, random: () => number) {
  const { comeBackInMs, livedMs } = ending;
  const brief = comeBackInMs === undefined && livedMs < briefMs ? from.brief + 1 : 0;
  const waitMs = comeBackInMs ?? fullJitter(Math.max(0, brief - 1), afterBrief(ways), random);
  const standing = { ...from, turn: from.turn + 1, failures: 0, failedRounds: 0, brief, proven: true };
  if (brief >= tooManyBrief) return { standing: lesser(standing, ways, now), waitMs };
  const { fellBackAt } = from;
  const again = fellBackAt !== undefined && now - fellBackAt > lesserForMs;
  return { standing: again ? { ...departure(standing.turn) } : standing, waitMs };
}

const afterBrief = ({ backoff: { baseMs, capMs } }: Ways): BackoffLimits => ({
  baseMs,
  capMs: Math.min(capMs, briefWaitMs),
});

function afterFailure(from: Standing, ending: Ending, ways: Ways, now: number, random: () => number) {
  const failures = from.failures + 1;
  const wholeRound = failures % ways.addresses === 0;
  const own = fullJitter(Math.floor(failures / ways.addresses), ways.backoff, random);
  const waitMs = wholeRound ? Math.max(own, ending.retryAfterMs ?? 0) : own;
  const failedRounds = from.failedRounds + (wholeRound ? 1 : 0);
  const standing = { ...from, turn: from.turn + 1, failures, failedRounds };
  // Credentials or a full server are no reason to doubt the transport.
  const isAnswer = ending.unauthenticated === true || ending.retryAfterMs !== undefined;
  const givesUp = wholeRound && !isAnswer && failedRounds >= (from.proven ? patientRounds : 1);
  return { standing: givesUp ? lesser(standing, ways, now) : standing, waitMs };
}

/** The next transport; after the last one the first again. */
function lesser(from: Standing, { transports }: Ways, now: number): Standing {
  const way = (from.way + 1) % transports;
  return { ...from, way, failedRounds: 0, brief: 0, proven: false, fellBackAt: way === 0 ? undefined : now };
}
