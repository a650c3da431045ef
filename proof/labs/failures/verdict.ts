/** Judges whether a client saw of a failure only what is documented. Pure. */
import { isInOrder, tally } from '../../harness/clients/tally.ts';
import type { TransportName } from '@halftone/client';
import type { Cut, TimedEvent } from './timed-listener.ts';

/** Of one client, or of one page over its refreshes. */
export interface Observation {
  transport: TransportName;
  received: readonly TimedEvent[];
  /** How many events there were. */
  published: number;
  resets: number;
  cuts: readonly Cut[];
  /** When the failure began and when the way was whole again, on the clock of the cuts. */
  failedAt: number;
  wellAt: number;
  /** A remark for the report. */
  remark?: string;
  /** Something that had to be seen and was not. */
  complaint?: string | undefined;
}

export interface Promised {
  /** Whether the client should lose its connection at all; polls mostly need not notice. */
  cuts: 'some' | 'none' | 'any';
  /** From the failure to the moment the client knows, in ms. */
  noticedWithinMs?: number;
  /** From the way being whole, or from the cut if that comes later, to being connected again, in ms. */
  backWithinMs?: number;
}

export interface Verdict {
  failure: string;
  transport: TransportName;
  events: number;
  cuts: number;
  noticedMs: number | null;
  backMs: number | null;
  lost: number;
  duplicated: number;
  resets: number;
  inOrder: boolean;
  remark?: string;
  ok: boolean;
  /** The guarantees that did not hold. */
  complaints: string[];
}

const round = (ms: number | undefined): number | null => (ms === undefined ? null : Math.max(0, Math.round(ms)));

export function judge(failure: string, seen: Observation, promised: Promised): Verdict {
  const seqs = seen.received.map(({ seq }) => seq);
  const { lost, duplicated } = tally(seqs, { after: 0, until: seen.published });
  const during = seen.cuts.filter(({ at }) => at >= seen.failedAt);
  const [first] = during;
  const backs = during.map(({ at, backAt = Infinity }) => backAt - Math.max(at, seen.wellAt));
  const verdict = {
    failure,
    transport: seen.transport,
    events: new Set(seqs).size,
    cuts: during.length,
    noticedMs: round(first && first.at - seen.failedAt),
    backMs: backs.length > 0 ? round(Math.max(...backs)) : null,
    lost,
    duplicated,
    resets: seen.resets,
    // An event that came twice is counted as a duplicate.
    inOrder: isInOrder([...new Set(seqs)]),
    ...(seen.remark && { remark: seen.remark }),
  };
  const complaints = [...complaintsAbout(verdict, promised), ...(seen.complaint ? [seen.complaint] : [])];
  return { ...verdict, ok: complaints.length === 0, complaints };
}

function complaintsAbout(verdict: Omit<Verdict, 'ok' | 'complaints'>, promised: Promised): string[] {
  const { noticedWithinMs = Infinity, backWithinMs = Infinity } = promised;
  const complaints: [boolean, string][] = [
    [verdict.events === 0, 'it received nothing at all'],
    [verdict.lost > 0, `it lost ${verdict.lost}`],
    [verdict.duplicated > 0, `it received ${verdict.duplicated} twice`],
    [verdict.resets > 0, `it was reset ${verdict.resets} times`],
    [!verdict.inOrder, 'it received them out of order'],
    [promised.cuts === 'some' && verdict.cuts === 0, 'its connection was never cut, so nothing was tried'],
    [promised.cuts === 'none' && verdict.cuts > 0, `its connection was cut ${verdict.cuts} times`],
    [(verdict.noticedMs ?? 0) > noticedWithinMs, `it knew after ${verdict.noticedMs} ms only`],
    [(verdict.backMs ?? 0) > backWithinMs, `it was back after ${verdict.backMs} ms only`],
  ];
  return complaints.flatMap(([holds, text]) => (holds ? [text] : []));
}
