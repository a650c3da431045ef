import { z } from 'zod';

const rate = z.number().min(0).max(1).default(0);

/** Omitted fields mean normal behaviour, so `{}` ends all faults. */
export const behaviourBody = z.strictObject({
  latencyMs: z.int().min(0).max(60_000).default(0),
  errorRate: rate,
  dropReplyRate: rate,
  down: z.boolean().default(false),
  hang: z.boolean().default(false),
});

export type BehaviourBody = z.infer<typeof behaviourBody>;

export const transactionsQuery = z.strictObject({
  account: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

export type TransactionsQuery = z.infer<typeof transactionsQuery>;
