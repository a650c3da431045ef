/** Who ordered a refund, as far as it is recorded. */
import type { RefundRow, Rows } from '../row.ts';

/** How long a process of the release before may run beside those that record it. */
const rolloutMs = 3600 * 1000;

/** True for a refund from before it was recorded: nobody can say who ordered it. */
export function isUnrecorded({ orderedBy, createdAt }: RefundRow, { refundsRecorded }: Rows): boolean {
  const since = refundsRecorded[0]?.since.getTime() ?? 0;
  return orderedBy === null && createdAt.getTime() < since + rolloutMs;
}
