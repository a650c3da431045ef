import { randomInt } from 'node:crypto';
import { limits } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { z } from 'zod';
import { currentCall } from './call-context';
import { CallerLimiter } from './caller-limiter';
import type { ConfigOf } from './config';
import { counter } from './metrics';

/** Settings of every process that customers call with a token. */
export const callerLimitSettings = {
  CUSTOMER_REQUESTS_AT_ONCE: z.coerce
    .number()
    .int()
    .min(1)
    .default(limits.customerRequestsAtOnce.value)
    .describe('concurrent requests of one customer in this process'),
  CUSTOMER_REQUESTS_PER_SECOND: z.coerce
    .number()
    .int()
    .min(1)
    .default(limits.customerRequestsPerSecond.value)
    .describe(
      'requests of one customer per second in this process, twice as many in a burst; operators have five times as many',
    ),
};

/** Further settings of every process through which customers make changes. */
export const callerWriteSettings = {
  CUSTOMER_WRITES_PER_SECOND: z.coerce
    .number()
    .int()
    .min(1)
    .default(limits.customerWritesPerSecond.value)
    .describe('writes of one customer per second in this process, as a part of its requests'),
};

const refused = counter('customer_requests_refused_total', 'Requests refused because their customer made too many', {
  reason: ['at once', 'per second'],
});

/**
 * A refusal is delayed by a random time between these. Without a delay, a client that retries immediately would keep the process
 * busy with refusals. With a fixed delay, requests that are refused together would come back together and delay all others.
 */
const REFUSAL_DELAY_MS = { min: 250, max: 750 };
/**
 * The most refusals that are delayed at the same time. Further ones are answered immediately, because each delayed one keeps a
 * request in memory.
 */
const MAX_DELAYED = 1_000;

/**
 * Limits the requests of each signed-in caller: RATE_LIMITED beyond its share, before the body is read. Other callers
 * are not affected. It counts per process, so a caller gets more with more replicas. Requests without a token are not
 * counted here. If writes have a rate of their own, a write weighs so much that this rate uses up the whole limit.
 */
export function limitCallers(app: NestFastifyApplication, config: CallerLimitConfig): void {
  const delayed = delayedRefusals();
  const limiter = new CallerLimiter(config.CUSTOMER_REQUESTS_AT_ONCE, config.CUSTOMER_REQUESTS_PER_SECOND);
  const writeWeight = writeWeightOf(config);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', ({ method }, reply, done) => {
      const caller = currentCall()?.principal;
      if (!caller) return done();
      const share = caller.role === 'operator' ? 5 : 1;
      const weight = READING.has(method) ? 1 : writeWeight;
      const admission = limiter.enter(caller.customer, { share, weight }, performance.now());
      if (admission.refused) {
        refused.inc({ reason: admission.refused });
        const retryAfterSeconds = Math.max(1, Math.ceil(admission.waitMs / 1000));
        const error = new DomainError('RATE_LIMITED', messages[admission.refused], [], { retryAfterSeconds });
        return delayed(() => done(error));
      }
      // `close` also fires when the client hangs up; the work may continue until its deadline.
      reply.raw.once('close', () => limiter.leave(caller.customer));
      done();
    });
}

type CallerLimitConfig = ConfigOf<typeof callerLimitSettings> & Partial<ConfigOf<typeof callerWriteSettings>>;

/** Safe methods (RFC 9110 §9.2.1). */
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

const writeWeightOf = ({
  CUSTOMER_REQUESTS_PER_SECOND: all,
  CUSTOMER_WRITES_PER_SECOND: writes = all,
}: CallerLimitConfig) => Math.max(1, all / writes);

const messages = {
  'at once': 'Too many of your requests are in progress: wait for their answers',
  'per second': 'Too many requests: slow down',
} as const;

function delayedRefusals(): (refuse: () => void) => void {
  let pending = 0;
  return (refuse) => {
    if (pending >= MAX_DELAYED) return refuse();
    pending += 1;
    setTimeout(
      () => {
        pending -= 1;
        refuse();
      },
      randomInt(REFUSAL_DELAY_MS.min, REFUSAL_DELAY_MS.max),
    );
  };
}
