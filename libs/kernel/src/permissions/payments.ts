import { type Permission, everybody, ownersAndOperators, signedIn, signedOut } from './row';

const payments = (method: string) => `gRPC halftone.payments.v1.PaymentsService/${method}`;
const accounts = (method: string) => `gRPC halftone.payments.v1.AccountsService/${method}`;

export const ofPayments = {
  'payments.VerifyPassword': { at: [accounts('VerifyPassword')], may: everybody },
  'payments.SignIn': { at: [accounts('SignIn'), 'REST POST /v1/tokens'], may: everybody },
  'payments.RotateRefreshToken': { at: [accounts('RotateRefreshToken'), 'REST POST /v1/tokens'], may: everybody },
  'payments.RevokeTokenFamily': {
    at: [accounts('RevokeTokenFamily'), 'REST POST /v1/tokens/revocation'],
    may: everybody,
  },
  'payments.GetAccount': {
    at: [accounts('GetAccount'), 'REST GET /v1/me', 'REST GET /v1/accounts/me', 'GraphQL me'],
    may: signedIn,
  },
  'payments.CreatePayment': {
    at: [payments('CreatePayment'), 'REST POST /v1/payments'],
    of: 'what is paid',
    may: {
      anonymous: signedOut,
      other: 'ORDER_NOT_FOUND',
      owner: { 'no order': 'ok', 'an order whose payment failed': 'ok', 'an order that is paid': 'ORDER_NOT_PAYABLE' },
      operator: 'ORDER_NOT_FOUND',
    },
  },
  'payments.GetPayment': {
    at: [payments('GetPayment'), 'REST GET /v1/payments/:id'],
    may: ownersAndOperators('PAYMENT_NOT_FOUND'),
  },
  'payments.ListPayments': { at: [payments('ListPayments'), 'REST GET /v1/payments'], may: signedIn },
  // Always from the caller's own wallet, so there is no `other`.
  'payments.CreateTransfer': {
    at: [payments('CreateTransfer'), 'REST POST /v1/transfers'],
    may: { anonymous: signedOut, owner: 'ok' },
  },
  'payments.CreateRefund': {
    at: [payments('CreateRefund'), 'REST POST /v1/payments/:id/refunds'],
    of: 'payment',
    may: {
      anonymous: signedOut,
      other: 'PAYMENT_NOT_FOUND',
      owner: {
        // A tip or a gift card: nothing was delivered for it.
        'of no order': 'ok',
        'of an order that can be cancelled': 'ok',
        'of an order that is printed': 'REFUND_NEEDS_OPERATOR',
        'part of an order': 'REFUND_NOT_WHOLE',
      },
      operator: 'ok',
      // The saga refunds the payment of an order that is not printed.
      saga: 'ok',
    },
  },
  'payments.ListRefunds': {
    at: [payments('ListRefunds'), 'REST GET /v1/payments/:id/refunds'],
    may: ownersAndOperators('PAYMENT_NOT_FOUND'),
  },
  // The owner requests; an operator refunds.
  'payments.RequestRefund': {
    at: [payments('RequestRefund'), 'REST POST /v1/payments/:id/refund-requests'],
    of: 'payment',
    may: {
      anonymous: signedOut,
      other: 'PAYMENT_NOT_FOUND',
      owner: {
        captured: 'ok',
        declined: 'PAYMENT_NOT_CAPTURED',
        'asked for already': 'REFUND_REQUEST_OPEN',
        'given back': 'REFUND_EXCEEDS_CAPTURE',
      },
      operator: 'PAYMENT_NOT_FOUND',
    },
  },
  'payments.ListRefundRequests': {
    at: [
      payments('ListRefundRequests'),
      'REST GET /v1/refund-requests',
      'REST GET /v1/payments/:id/refund-requests',
      'GraphQL refundRequests',
    ],
    may: signedIn,
  },
  'payments.ApproveRefund': {
    at: [payments('ApproveRefund'), 'REST PUT /v1/refund-requests/:id/answer', 'GraphQL approveRefund'],
    of: 'refund request',
    may: {
      anonymous: signedOut,
      other: 'FORBIDDEN',
      owner: 'FORBIDDEN',
      operator: { open: 'ok', approved: 'ok', refused: 'REFUND_REQUEST_CLOSED' },
    },
  },
  'payments.RefuseRefund': {
    at: [payments('RefuseRefund'), 'REST PUT /v1/refund-requests/:id/answer', 'GraphQL refuseRefund'],
    of: 'refund request',
    may: {
      anonymous: signedOut,
      other: 'FORBIDDEN',
      owner: 'FORBIDDEN',
      operator: { open: 'ok', approved: 'REFUND_REQUEST_CLOSED', refused: 'ok' },
    },
  },
} as const satisfies Record<string, Permission>;
