import type { ErrorCode } from '@halftone/kernel';

/** The pure functions of a feature. `state` is `undefined` before the first event. */
export interface Rules<Command, Event, State> {
  decide(command: Command, state: State | undefined, now: Date): readonly Event[];
  evolve(state: State | undefined, event: Event): State;
}

const NOW = new Date('2026-01-01T00:00:00Z');

/**
 * Tests of decisions that read as sentences: `given(events).when(command).then(events)` or `.thenThrows(code)`. The
 * given events evolve into the state. `now` is 2026-01-01 unless `when` gets another time.
 */
export function specification<Command, Event, State>({ decide, evolve }: Rules<Command, Event, State>) {
  return {
    given: (events: readonly Event[]) => ({
      when: (command: Command, now: Date = NOW) => {
        const decided = () => decide(command, events.reduce<State | undefined>(evolve, undefined), now);
        return {
          then: (expected: readonly Event[]) => expect(decided()).toEqual(expected),
          thenThrows: (code: ErrorCode) => expect(decided).toThrow(expect.objectContaining({ code })),
        };
      },
    }),
  };
}
