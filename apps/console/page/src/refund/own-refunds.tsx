import type { Session } from '../session/session.ts';
import { About } from './about.tsx';
import { ReasonForm } from './reason-form.tsx';
import { type Payment, refundActionOf, refundOwn, type RefundRequest, requestRefund } from './refund.ts';
import type { Shown } from './use-refunds.ts';
import { amountOf, money } from './words.ts';

interface OwnRefundsProps {
  session: Session;
  shown: Shown;
  act: (work: Promise<unknown>) => void;
}

/** The refundable payments and the refund requests of a customer. */
export function OwnRefunds({ session, shown: { payments, requests }, act }: OwnRefundsProps) {
  return (
    <>
      <p>
        {payments.length > 0
          ? 'Of your ten newest payments, these can be refunded:'
          : 'None of your ten newest payments can be refunded.'}
      </p>
      <ul>
        {payments.map((payment) => (
          <li key={payment.id} data-payment={payment.id}>
            <PaymentLine {...payment} />
            <RefundAction session={session} payment={payment} requests={requests} act={act} />
          </li>
        ))}
      </ul>
      {requests.length > 0 && <p>Your ten newest requests:</p>}
      <ul>
        {requests.map((request) => (
          <RequestLine key={request.id} {...request} />
        ))}
      </ul>
    </>
  );
}

function PaymentLine({ id, amount, refunded, currency, description, orderId, createdAt }: Payment) {
  return (
    <p>
      {money(amount - refunded, currency)} {description}{' '}
      <About orderId={orderId} paymentId={id} createdAt={createdAt} />
    </p>
  );
}

interface RefundActionProps {
  session: Session;
  payment: Payment;
  requests: RefundRequest[];
  act: (work: Promise<unknown>) => void;
}

function RefundAction({ session, payment, requests, act }: RefundActionProps) {
  const { id } = payment;
  const action = refundActionOf(payment, requests);
  if (action === 'requested') return <p>requested; waiting for an operator</p>;
  return (
    <div className="actions">
      {action === 'refund' ? (
        <button onClick={() => act(refundOwn(session, id))}>Refund now</button>
      ) : (
        <ReasonForm label="Request a refund" submitted={(reason) => act(requestRefund(session, id, reason))} />
      )}
    </div>
  );
}

function RequestLine(request: RefundRequest) {
  const { id, status, reason, answer } = request;
  return (
    <li data-request={id} data-status={status}>
      <p>
        <b>{status}</b>
        {answer && `: ${answer}`} · {amountOf(request)} <About {...request} />“{reason}”
      </p>
    </li>
  );
}
