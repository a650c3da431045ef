/** The outcome of a refund for a shipped order, and whether it is as promised. Pure. */

export type Protection = 'on' | 'off';

/** What is asked for: the refund itself, or that an operator gives it. */
export type Asking = 'refund' | 'refund request that is refused' | 'refund request that is approved';

export interface Seen {
  protection: Protection;
  asking: Asking;
  /** What the customer was answered: the status and the code of an error. */
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

/** By what is asked for; without protection only the refund is. */
const promises: Readonly<Record<Protection, Readonly<Partial<Record<Asking, Promised>>>>> = {
  on: {
    refund: refused,
    'refund request that is refused': { ...requested, back: 'nothing' },
    'refund request that is approved': { ...requested, back: 'all' },
  },
  off: {
    refund: { status: 201, code: undefined, back: 'all', broken: ['shipped-not-refunded', 'goods-paid-for'] },
  },
};

export const askingsOf = (protection: Protection): Asking[] => Object.keys(promises[protection]) as Asking[];

/** Undefined when it was as promised; without protection that is goods for nothing, noticed by verify. */
export function complaintAbout(seen: Seen): string | undefined {
  const promised = promises[seen.protection][seen.asking];
  if (!promised) return 'nobody asks for it';
  if (seen.order !== 'shipped') return `the order is ${seen.order}`;
  if (seen.status !== promised.status || seen.code !== promised.code)
    return `answered ${seen.status} ${seen.code ?? ''} instead of ${promised.status} ${promised.code ?? ''}`;
  const expected = promised.back === 'all' ? seen.total : 0;
  if (seen.back !== expected) return `${seen.back} came back, not ${expected}`;
  const asWords = (names: readonly string[]) => names.toSorted().join(', ') || 'nothing';
  if (asWords(seen.broken) === asWords(promised.broken)) return undefined;
  return `verify says that ${asWords(seen.broken)} is broken, not ${asWords(promised.broken)}`;
}
