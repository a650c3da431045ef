import { hold, type Step } from '../step.ts';

/** Judged from PostgreSQL and Kafka themselves, not through the services. */
export const verifyStep: Step = {
  name: 'verify',
  take: async ({ system }) => {
    const { ok, checked, results } = await system.verify();
    hold(
      ok,
      'an invariant is broken',
      results.filter((result) => !result.ok),
    );
    return { invariants: results.length, checked, held: results.map(({ invariant }) => invariant) };
  },
};
