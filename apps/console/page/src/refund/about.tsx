import { aboutOf, timeOf } from './words.ts';

interface AboutProps {
  orderId: string | null;
  paymentId: string;
  createdAt: string;
}

/** The order or payment and its time; the full id is in the title. */
export function About({ orderId, paymentId, createdAt }: AboutProps) {
  return (
    <small>
      <span title={orderId ?? paymentId}>{aboutOf({ orderId, paymentId })}</span> ·{' '}
      <time dateTime={createdAt}>{timeOf(createdAt)}</time>
    </small>
  );
}
