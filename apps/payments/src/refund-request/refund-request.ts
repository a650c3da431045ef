import { assertPermitted, DomainError } from '@halftone/kernel';

interface Details {
  id: string;
  paymentId: string;
  orderId: string | null;
  customer: string;
  /** Minor units; 0 means the remainder at the time of approval. */
  amount: number;
  currency: string;
  /** The reason in the customer's words. */
  reason: string;
  createdAt: Date;
}

/** A customer's request for a refund. It is open until an operator answers it once; `approved` means that the refund was made. */
export type RefundRequest = Details &
  (
    | { status: 'open' }
    | { status: 'approved'; answeredBy: string; answeredAt: Date; refundId: string }
    | { status: 'refused'; answeredBy: string; answeredAt: Date; answer: string }
  );

export type RefundRequestStatus = RefundRequest['status'];
export type OpenRequest = Extract<RefundRequest, { status: 'open' }>;

/** An operator's answer; an approval makes the refund in the same transaction. */
export type Answer = { answer: 'approve'; refundId: string } | { answer: 'refuse'; reason: string };

const maxReasonLength = 200;

/** The trimmed reason. Throws VALIDATION_FAILED unless it has 1 to 200 characters. */
export function validReason(reason: string): string {
  const text = reason.trim();
  if (text.length > 0 && text.length <= maxReasonLength) return text;
  const message = `must have 1 to ${maxReasonLength} characters`;
  throw new DomainError('VALIDATION_FAILED', `reason: ${message}`, [{ path: 'reason', message }]);
}

export const commandOf = { approve: 'payments.ApproveRefund', refuse: 'payments.RefuseRefund' } as const;

/** True if the request is open, false if it has this answer already. Throws REFUND_REQUEST_CLOSED if it has the other answer. */
export function acceptsAnswer(request: RefundRequest, answer: Answer['answer']): request is OpenRequest {
  const { id, status } = request;
  assertPermitted(commandOf[answer], { caller: 'operator', state: status }, `refund request ${id} is ${status}`);
  return status === 'open';
}

export function answered(
  request: OpenRequest,
  answer: Answer,
  { by, at }: { by: string; at: Date },
): Exclude<RefundRequest, OpenRequest> {
  const closed = { ...request, answeredBy: by, answeredAt: at };
  if (answer.answer === 'approve') return { ...closed, status: 'approved', refundId: answer.refundId };
  return { ...closed, status: 'refused', answer: answer.reason };
}
