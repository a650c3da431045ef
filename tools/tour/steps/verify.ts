import { runningSources } from '../../verify/sources.ts';
import { verify } from '../../verify/verify.ts';
import { hold, type Step } from '../step.ts';

/** Judged from PostgreSQL and Kafka themselves, not through the services. */
export const verifyStep: Step = {
  name: 'verify',
  take: async () => {
    const { ok, checked, results } = await verify(runningSources());
    hold(
      ok,
      'an invariant is broken',
      results.filter((result) => !result.ok),
    );
    return { invariants: results.length, checked, held: results.map(({ invariant }) => invariant) };
  },
};
