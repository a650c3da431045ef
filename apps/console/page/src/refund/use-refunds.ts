import type { FeedEvent } from '@halftone/client';
import { useCallback, useEffect, useMemo, useReducer, useState } from 'react';
import { messageOf, type Session } from '../session/session.ts';
import { coalesced, concernsRefunds, latestOnly } from './refresh.ts';
import { isOperator, type Payment, refundablePayments, refundRequests, type RefundRequest } from './refund.ts';

export interface Shown {
  operator: boolean;
  payments: Payment[];
  requests: RefundRequest[];
}

/** A command is followed by several events; they are handled together. */
const refreshAfterMs = 500;
/** Operators poll, because no channel has the requests of all customers. */
const operatorPollMs = 10_000;

/** Counts events that may change the lists. Pass `onEvent` to the live stream and `changes` to the panel. */
export function useRefundChanges(): { changes: number; onEvent(event: FeedEvent | undefined): void } {
  const [changes, count] = useReducer((before: number) => before + 1, 0);
  const onEvent = useCallback((event: FeedEvent | undefined) => {
    if (!event || concernsRefunds(event)) count();
  }, []);
  return { changes, onEvent };
}

/** The lists, loaded at first, after each command, after changes, and every ten seconds for operators. */
export function useRefunds(session: Session, changes: number) {
  const [shown, setShown] = useState<Shown>();
  const [loadError, setLoadError] = useState<string>();
  const [refusal, setRefusal] = useState<string>();
  const load = useMemo(() => loader(session, setShown, setLoadError), [session]);
  const act = (work: Promise<unknown>) => {
    setRefusal(undefined);
    // Reload after a failed command too: the lists may be out of date.
    void work.catch((error: unknown) => setRefusal(messageOf(error))).then(load);
  };
  useEffect(() => void load(), [load]);
  useRefresh(load, changes);
  usePolling(load, shown?.operator ?? false);
  return { shown, refusal: refusal ?? loadError, act };
}

function useRefresh(load: () => Promise<void>, changes: number): void {
  const refresh = useMemo(() => coalesced(() => void load(), refreshAfterMs), [load]);
  useEffect(() => {
    if (changes > 0) refresh.trigger();
  }, [changes, refresh]);
  useEffect(() => refresh.cancel, [refresh]);
}

function usePolling(load: () => Promise<void>, polls: boolean): void {
  useEffect(() => {
    if (!polls) return;
    const timer = setInterval(() => void (document.hidden || load()), operatorPollMs);
    return () => clearInterval(timer);
  }, [load, polls]);
}

/** Loads the lists; never rejects. After an error the old lists stay, and the next success clears the error. */
function loader(session: Session, show: (shown: Shown) => void, setLoadError: (message?: string) => void) {
  const apply = latestOnly((shown: Shown) => {
    show(shown);
    setLoadError(undefined);
  });
  let operator: boolean | undefined;
  const read = async (): Promise<Shown> => {
    operator ??= await isOperator(session);
    const payments = operator ? [] : await refundablePayments(session);
    return { operator, payments, requests: await refundRequests(session, operator) };
  };
  return () => apply(read()).catch((error: unknown) => setLoadError(messageOf(error)));
}
