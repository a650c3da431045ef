/** Where and how to connect next. Pure: time comes in as an argument. */
import { fullJitter, type BackoffLimits } from './backoff.ts';

/** From best to worst. */
export const transportNames = ['websocket', 'sse', 'long-poll'] as const;
export type TransportName = (typeof transportNames)[number];

/** How a connection ended, or failed to open. */
export interface Ending {
  /** Whether it had opened. */
  opened: boolean;
  livedMs: number;
  /** The delay in the server's goodbye. */
  reconnectInMs?: number | undefined;
  /** The delay in the server's refusal. */
  retryAfterMs?: number | undefined;
  /** The credentials were rejected or have expired. */
  unauthenticated?: boolean;
  reason: string;
}

export interface Attempt {
  /** The address of this attempt, modulo their number; it only increases. */
  addressIndex: number;
  transportIndex: number;
  /** Failed attempts in a row. */
  failures: number;
  /** Rounds over all addresses in a row that failed with this transport. */
  failedRounds: number;
  /** Connections in a row that ended right after they opened. */
  brief: number;
  /** The transport has opened before. */
  proven: boolean;
  /** Since when a transport other than the best one is used. */
  fellBackAt: number | undefined;
}

export interface Targets {
  addresses: number;
  transports: number;
  backoff: BackoffLimits;
}

/** A transport that never worked is given up after one round; a proven one after this many, because the server may be down. */
const provenRounds = 5;
/** Several connections shorter than this reveal a proxy that lets a connection open and then cuts it. */
const briefMs = 3_000;
const maxBrief = 4;
/** The longest wait after brief connections: each of them opened, so the server is there. */
const briefWaitMs = 2_000;
/** After this time on a fallback transport, the next connection tries the best one again. */
const fallbackMs = 60_000;

export const initial = (addressIndex = 0): Attempt => ({
  addressIndex,
  transportIndex: 0,
  failures: 0,
  failedRounds: 0,
  brief: 0,
  proven: false,
  fellBackAt: undefined,
});

/**
 * Each attempt uses the next address. The wait is that of a goodbye, else full jitter over the failed rounds; a Retry-After
 * counts once every address has failed.
 */
export function nextAttempt(
  from: Attempt,
  ending: Ending,
  targets: Targets,
  now: number,
  random: () => number = Math.random,
): { attempt: Attempt; waitMs: number } {
  return ending.opened
    ? afterLoss(from, ending, targets, now, random)
    : afterFailure(from, ending, targets, now, random);
}

function afterLoss(from: Attempt, ending: Ending, targets: Targets, now: number, random: () => number) {
  const { reconnectInMs, livedMs } = ending;
  const brief = reconnectInMs === undefined && livedMs < briefMs ? from.brief + 1 : 0;
  const waitMs = reconnectInMs ?? fullJitter(Math.max(0, brief - 1), afterBrief(targets), random);
  const addressIndex = from.addressIndex + 1;
  const attempt = { ...from, addressIndex, failures: 0, failedRounds: 0, brief, proven: true };
  if (brief >= maxBrief) return { attempt: fallBack(attempt, targets, now), waitMs };
  const { fellBackAt } = from;
  const retryBest = fellBackAt !== undefined && now - fellBackAt > fallbackMs;
  return { attempt: retryBest ? initial(addressIndex) : attempt, waitMs };
}

const afterBrief = ({ backoff: { baseMs, capMs } }: Targets): BackoffLimits => ({
  baseMs,
  capMs: Math.min(capMs, briefWaitMs),
});

function afterFailure(from: Attempt, ending: Ending, targets: Targets, now: number, random: () => number) {
  const failures = from.failures + 1;
  const isWholeRound = failures % targets.addresses === 0;
  const own = fullJitter(Math.floor(failures / targets.addresses), targets.backoff, random);
  const waitMs = isWholeRound ? Math.max(own, ending.retryAfterMs ?? 0) : own;
  const failedRounds = from.failedRounds + (isWholeRound ? 1 : 0);
  const attempt = { ...from, addressIndex: from.addressIndex + 1, failures, failedRounds };
  // Rejected credentials or a full server say nothing about the transport.
  const isAnswer = ending.unauthenticated === true || ending.retryAfterMs !== undefined;
  const givesUp = isWholeRound && !isAnswer && failedRounds >= (from.proven ? provenRounds : 1);
  return { attempt: givesUp ? fallBack(attempt, targets, now) : attempt, waitMs };
}

/** The next transport; after the last one the first again. */
function fallBack(from: Attempt, { transports }: Targets, now: number): Attempt {
  const transportIndex = (from.transportIndex + 1) % transports;
  const fellBackAt = transportIndex === 0 ? undefined : now;
  return { ...from, transportIndex, failedRounds: 0, brief: 0, proven: false, fellBackAt };
}
