/**
 * Every outcome a caller may see, with what it is on each protocol. A code without a row does not compile; a retired code is never reused.
 *
 * `http` is the status of the problem document (RFC 9457), `grpc` the canonical status number
 * (https://grpc.io/docs/guides/status-codes/), `log` the level a service logs it at, `retryable` whether the same request may
 * succeed later without any change.
 */
const rows = {
  VALIDATION_FAILED: {
    http: 400,
    grpc: 3,
    log: 'info',
    retryable: false,
    title: 'The request does not fit its schema',
  },
  MALFORMED_JSON: { http: 400, grpc: 3, log: 'info', retryable: false, title: 'The body is not JSON' },
  BODY_TOO_LARGE: { http: 413, grpc: 3, log: 'info', retryable: false, title: 'The body is too large' },
  UNSUPPORTED_MEDIA_TYPE: {
    http: 415,
    grpc: 3,
    log: 'info',
    retryable: false,
    title: 'This content type is not accepted here',
  },
  NOT_ACCEPTABLE: {
    http: 406,
    grpc: 3,
    log: 'info',
    retryable: false,
    title: 'None of the accepted types can be sent',
  },
  CURSOR_INVALID: {
    http: 400,
    grpc: 3,
    log: 'info',
    retryable: false,
    title: 'The cursor was not issued by this service',
  },
  UNAUTHENTICATED: { http: 401, grpc: 16, log: 'info', retryable: false, title: 'A valid token is needed' },
  TOKEN_EXPIRED: { http: 401, grpc: 16, log: 'info', retryable: false, title: 'The token has expired' },
  WRONG_CREDENTIALS: {
    http: 401,
    grpc: 16,
    log: 'warn',
    retryable: false,
    title: 'Unknown customer or wrong password',
  },
  FORBIDDEN: { http: 403, grpc: 7, log: 'warn', retryable: false, title: 'This is not yours' },
  ROUTE_NOT_FOUND: { http: 404, grpc: 12, log: 'info', retryable: false, title: 'Nothing lives at this address' },
  METHOD_NOT_ALLOWED: { http: 405, grpc: 12, log: 'info', retryable: false, title: 'This method is not offered here' },
  ORDER_NOT_FOUND: { http: 404, grpc: 5, log: 'info', retryable: false, title: 'No such order' },
  IMAGE_NOT_FOUND: { http: 404, grpc: 5, log: 'info', retryable: false, title: 'No such image' },
  RENDITION_NOT_FOUND: { http: 404, grpc: 5, log: 'info', retryable: false, title: 'No such rendition' },
  PAYMENT_NOT_FOUND: { http: 404, grpc: 5, log: 'info', retryable: false, title: 'No such payment' },
  ACCOUNT_NOT_FOUND: { http: 404, grpc: 5, log: 'info', retryable: false, title: 'No such account' },
  IDEMPOTENCY_KEY_MISSING: { http: 400, grpc: 3, log: 'info', retryable: false, title: 'An Idempotency-Key is needed' },
  IDEMPOTENCY_KEY_MALFORMED: {
    http: 400,
    grpc: 3,
    log: 'info',
    retryable: false,
    title: 'The Idempotency-Key is malformed',
  },
  IDEMPOTENCY_KEY_REUSED: {
    http: 422,
    grpc: 9,
    log: 'warn',
    retryable: false,
    title: 'This key was used with another request',
  },
  IDEMPOTENCY_IN_FLIGHT: {
    http: 409,
    grpc: 10,
    log: 'info',
    retryable: true,
    title: 'The first request with this key still runs',
  },
  IMAGE_NOT_CANCELLABLE: {
    http: 409,
    grpc: 9,
    log: 'info',
    retryable: false,
    title: 'The work on this photo has ended',
  },
  PRODUCT_UNKNOWN: { http: 422, grpc: 9, log: 'info', retryable: false, title: 'No such product' },
  IMAGE_NOT_PRINTABLE: {
    http: 422,
    grpc: 9,
    log: 'info',
    retryable: false,
    title: 'A photo is unknown, not yours or not ready',
  },
  NOT_A_PICTURE: {
    http: 422,
    grpc: 3,
    log: 'info',
    retryable: false,
    title: 'The bytes are not a picture that can be printed',
  },
  INSUFFICIENT_FUNDS: { http: 422, grpc: 9, log: 'info', retryable: false, title: 'The wallet holds less than that' },
  CURRENCY_UNSUPPORTED: {
    http: 422,
    grpc: 9,
    log: 'info',
    retryable: false,
    title: 'The account is held in another currency',
  },
  RECIPIENT_UNKNOWN: { http: 422, grpc: 9, log: 'info', retryable: false, title: 'No such recipient' },
  TRANSFER_TO_SELF: { http: 422, grpc: 9, log: 'info', retryable: false, title: 'Sender and recipient are the same' },
  ORDER_TRANSITION_ILLEGAL: {
    http: 409,
    grpc: 9,
    log: 'warn',
    retryable: false,
    title: 'The order cannot do that in its state',
  },
  PRODUCT_UNAVAILABLE: {
    http: 422,
    grpc: 9,
    log: 'info',
    retryable: false,
    title: 'The print lab cannot make this product now',
  },
  ORDER_NOT_PAYABLE: { http: 409, grpc: 9, log: 'info', retryable: false, title: 'The order is paid or has ended' },
  PAYMENT_IN_PROGRESS: {
    http: 409,
    grpc: 10,
    log: 'info',
    retryable: true,
    title: 'Another payment of this order has not ended',
  },
  PAYMENT_NOT_CAPTURED: {
    http: 409,
    grpc: 9,
    log: 'info',
    retryable: false,
    title: 'Only a captured payment can be refunded',
  },
  REFUND_EXCEEDS_CAPTURE: {
    http: 422,
    grpc: 9,
    log: 'info',
    retryable: false,
    title: 'The payment has less than that left to refund',
  },
  BANK_REFUSED: { http: 422, grpc: 9, log: 'info', retryable: false, title: 'The bank refused' },
  BANK_UNAVAILABLE: { http: 503, grpc: 14, log: 'warn', retryable: true, title: 'The bank does not answer' },
  PAYMENT_TIMEOUT: { http: 504, grpc: 4, log: 'warn', retryable: false, title: 'The payment took too long' },
  DEAD_LETTER_NOT_FOUND: { http: 404, grpc: 5, log: 'info', retryable: false, title: 'No such dead letter' },
  DEAD_LETTER_CLOSED: {
    http: 409,
    grpc: 9,
    log: 'info',
    retryable: false,
    title: 'The dead letter was replayed or dropped before',
  },
  ROOM_NOT_FOUND: { http: 404, grpc: 5, log: 'info', retryable: false, title: 'No such room' },
  ROOM_FULL: { http: 409, grpc: 8, log: 'info', retryable: true, title: 'The room takes nobody more' },
  PEER_NOT_FOUND: { http: 404, grpc: 5, log: 'info', retryable: false, title: 'No such peer in the room' },
  RATE_LIMITED: { http: 429, grpc: 8, log: 'info', retryable: true, title: 'That was too much in too little time' },
  OVERLOADED: { http: 503, grpc: 8, log: 'info', retryable: true, title: 'This replica takes nobody more for now' },
  DEADLINE_EXCEEDED: { http: 504, grpc: 4, log: 'warn', retryable: true, title: 'The time for this request ran out' },
  UNAVAILABLE: { http: 503, grpc: 14, log: 'warn', retryable: true, title: 'A part that is needed is away' },
  INTERNAL: { http: 500, grpc: 13, log: 'error', retryable: false, title: 'Something went wrong on our side' },
} as const satisfies Record<string, ErrorRow>;

export interface ErrorRow {
  http: number;
  grpc: number;
  log: 'info' | 'warn' | 'error';
  retryable: boolean;
  title: string;
}

export type ErrorCode = keyof typeof rows;

export const errorTable: Readonly<Record<ErrorCode, ErrorRow>> = rows;

export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(rows, text);

/** One finding about the input: `path` is dotted (`lines.0.quantity`). */
export interface ErrorDetail {
  path: string;
  message: string;
}

/** The only error that may cross an edge. The message is for people and carries nothing secret. */
export class DomainError extends Error {
  override readonly name = 'DomainError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: readonly ErrorDetail[] = [],
    private readonly options?: { cause?: unknown; retryAfterSeconds?: number },
  ) {
    super(message, options);
  }

  /** When the same request may succeed, as far as is known; undefined when it never will. */
  get retryAfterSeconds(): number | undefined {
    return this.row.retryable ? (this.options?.retryAfterSeconds ?? 1) : undefined;
  }

  get row(): ErrorRow {
    return errorTable[this.code];
  }
}

export const isDomainError = (error: unknown): error is DomainError => error instanceof DomainError;
