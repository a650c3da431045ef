import type { Session } from '../session/session.ts';
import { About } from './about.tsx';
import { ReasonForm } from './reason-form.tsx';
import { approve, refuse, type RefundRequest } from './refund.ts';
import { amountOf } from './words.ts';

interface OpenRequestsProps {
  session: Session;
  requests: RefundRequest[];
  act: (work: Promise<unknown>) => void;
}

/** All open requests, for operators. */
export function OpenRequests({ session, requests, act }: OpenRequestsProps) {
  if (requests.length === 0) return <p>No open requests.</p>;
  return (
    <ul>
      {requests.map((request) => (
        <li key={request.id} data-request={request.id}>
          <p>
            <b>{request.customer}</b>: {amountOf(request)} <About {...request} />“{request.reason}”
          </p>
          <div className="actions">
            <button onClick={() => act(approve(session, request))}>Approve</button>
            <ReasonForm label="Refuse" submitted={(reason) => act(refuse(session, request, reason))} />
          </div>
        </li>
      ))}
    </ul>
  );
}
