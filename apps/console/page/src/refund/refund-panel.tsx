import type { Session } from '../session/session.ts';
import { OpenRequests } from './open-requests.tsx';
import { OwnRefunds } from './own-refunds.tsx';
import { useRefunds } from './use-refunds.ts';

/** Operators answer refund requests here; customers request refunds and see their status. */
export function RefundPanel({ session, changes }: { session: Session; changes: number }) {
  const { shown, refusal, act } = useRefunds(session, changes);
  if (!shown && !refusal) return null;
  return (
    <section className="refunds" data-role={shown && (shown.operator ? 'operator' : 'customer')}>
      <header>
        <h2>refunds</h2>
        <button onClick={() => act(Promise.resolve())}>Refresh</button>
      </header>
      {refusal && <output role="alert">{refusal}</output>}
      {shown?.operator && <OpenRequests session={session} requests={shown.requests} act={act} />}
      {shown?.operator === false && <OwnRefunds session={session} shown={shown} act={act} />}
    </section>
  );
}
