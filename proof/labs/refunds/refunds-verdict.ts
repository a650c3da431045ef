/** The outcome of a refund for a shipped order, and whether it is as promised. Pure. */

export type Protection = 'on' | 'off';

/** How the customer tries to get the money back: directly, or by a request to an operator. */
export type Attempt = 'refund' | 'refund request that is refused' | 'refund request that is approved';

export interface Seen {
  protection: Protection;
  attempt: Attempt;
  /** The answer to the customer: the status and the code of an error. */
  status: number;
  code: string | undefined;
  /** Minor units that the customer has got back. */
  back: number;
  total: number;
  /** The state of the order after it: the prints are the customer's. */
  order: string;
  /** The invariants that do not hold. */
  broken: readonly string[];
}

interface Promised extends Pick<Seen, 'status' | 'code' | 'broken'> {
  back: 'all' | 'nothing';
}

const refused = { status: 409, code: 'REFUND_NEEDS_OPERATOR', back: 'nothing', broken: [] } as const;
const requested = { status: 201, code: undefined, broken: [] } as const;

/** By attempt; without protection only the refund is tried. */
const promises: Readonly<Record<Protection, Readonly<Partial<Record<Attempt, Promised>>>>> = {
  on: {
    refund: refused,
    'refund request that is refused': { ...requested, back: 'nothing' },
    'refund request that is approved': { ...requested, back: 'all' },
  },
  off: {
    refund: { status: 201, code: undefined, back: 'all', broken: ['shipped-not-refunded', 'goods-paid-for'] },
  },
};

export const attemptsOf = (protection: Protection): Attempt[] => Object.keys(promises[protection]) as Attempt[];

/** Undefined when it was as promised; without protection that is goods for nothing, noticed by verify. */
export function complaintAbout(seen: Seen): string | undefined {
  const promised = promises[seen.protection][seen.attempt];
  if (!promised) return 'the lab does not try this';
  if (seen.order !== 'shipped') return `the order is ${seen.order}`;
  if (seen.status !== promised.status || seen.code !== promised.code)
    return `answered ${seen.status} ${seen.code ?? ''} instead of ${promised.status} ${promised.code ?? ''}`;
  const expected = promised.back === 'all' ? seen.total : 0;
  if (seen.back !== expected) return `${seen.back} came back, not ${expected}`;
  const asWords = (names: readonly string[]) => names.toSorted().join(', ') || 'nothing';
  if (asWords(seen.broken) === asWords(promised.broken)) return undefined;
  return `verify says that ${asWords(seen.broken)} is broken, not ${asWords(promised.broken)}`;
}
