import { DomainError, isDomainError } from '@halftone/kernel';
import { counter, gauge } from '@halftone/service';
import CircuitBreaker from 'opossum';

/**
 * Gives a bank that fails or hangs some peace, and its callers an answer at once: when half of the calls of ten seconds failed it opens, after
 * `openMs` it lets one through, and that one decides.
 */
const windowMs = 10_000;
const failedPercentage = 50;
/** Fewer calls than that say nothing. */
const fewestCalls = 5;

const states = ['closed', 'half_open', 'open'] as const;
type State = (typeof states)[number];

const stateGauge = gauge('bank_breaker_state', '1 for the state that the breaker before the bank is in', {
  state: states,
});
const opened = counter('bank_breaker_opened_total', 'How often the breaker before the bank opened');

type Work = () => Promise<unknown>;

export interface Patience {
  /** The call was given as long as calls of the bank normally are. If not, its having been too late says nothing about the bank. */
  patient: boolean;
}

/** The call's arguments follow the error; the types of the library know only the error. */
function tellsNothing(error: unknown, ...[, patience]: [Work?, Patience?]): boolean {
  return patience?.patient === false && isDomainError(error) && error.code === 'DEADLINE_EXCEEDED';
}

export class Breaker {
  private readonly circuit: CircuitBreaker<[Work, Patience], unknown>;

  constructor(openMs: number) {
    this.circuit = new CircuitBreaker((...[work]: [Work, Patience]) => work(), {
      // Each call brings its own time limit.
      timeout: false,
      rollingCountTimeout: windowMs,
      errorThresholdPercentage: failedPercentage,
      volumeThreshold: fewestCalls,
      resetTimeout: openMs,
      errorFilter: tellsNothing,
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

  /** What `work` throws counts against the bank. Throws BANK_UNAVAILABLE instead of beginning it while it is open. */
  async run<R>(work: () => Promise<R>, patience: Patience = { patient: true }): Promise<R> {
    try {
      return (await this.circuit.fire(work, patience)) as R;
    } catch (error) {
      if (error instanceof Error && CircuitBreaker.isOurError(error))
        throw new DomainError('BANK_UNAVAILABLE', 'The bank is given time to recover', [], { cause: error });
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
