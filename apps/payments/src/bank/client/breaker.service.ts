import { DomainError, isDomainError } from '@halftone/kernel';
import { counter, gauge } from '@halftone/service';
import CircuitBreaker from 'opossum';

/** It opens when half of the calls of this time failed. */
const windowMs = 10_000;
const failedPercentage = 50;
/** With fewer calls it stays closed. */
const fewestCalls = 5;

const states = ['closed', 'half_open', 'open'] as const;
type State = (typeof states)[number];

const stateGauge = gauge('bank_breaker_state', '1 for the current state of the circuit breaker for the bank', {
  state: states,
});
const opened = counter('bank_breaker_opened_total', 'How often the circuit breaker for the bank opened');

type Work = () => Promise<unknown>;

export interface CallTiming {
  /** The call had the full timeout. Otherwise its timeout says nothing about the bank. */
  fullTime: boolean;
}

/** The library passes the call's arguments after the error, but its types declare only the error. */
function isShortDeadline(error: unknown, ...[, timing]: [Work?, CallTiming?]): boolean {
  return timing?.fullTime === false && isDomainError(error) && error.code === 'DEADLINE_EXCEEDED';
}

/** A circuit breaker for the bank. While it is open, calls fail immediately. After `openMs` it lets one call through, which decides. */
export class Breaker {
  private readonly circuit: CircuitBreaker<[Work, CallTiming], unknown>;

  constructor(openMs: number) {
    this.circuit = new CircuitBreaker((...[work]: [Work, CallTiming]) => work(), {
      // Each call brings its own time limit.
      timeout: false,
      rollingCountTimeout: windowMs,
      errorThresholdPercentage: failedPercentage,
      volumeThreshold: fewestCalls,
      resetTimeout: openMs,
      errorFilter: isShortDeadline,
      enableSnapshots: false,
    });
    this.circuit.on('open', () => {
      opened.inc();
      show('open');
    });
    this.circuit.on('halfOpen', () => show('half_open'));
    this.circuit.on('close', () => show('closed'));
    show('closed');
  }

  /** An error of `work` counts as a failure. While the breaker is open, throws BANK_UNAVAILABLE and does not start `work`. */
  async run<R>(work: () => Promise<R>, timing: CallTiming = { fullTime: true }): Promise<R> {
    try {
      return (await this.circuit.fire(work, timing)) as R;
    } catch (error) {
      if (error instanceof Error && CircuitBreaker.isOurError(error))
        throw new DomainError('BANK_UNAVAILABLE', 'The circuit breaker for the bank is open', [], { cause: error });
      throw error;
    }
  }

  close(): void {
    this.circuit.shutdown();
  }
}

function show(current: State): void {
  for (const state of states) stateGauge.set({ state }, state === current ? 1 : 0);
}
