/**
 * Every error a caller may see, with its status on each protocol. A code without a row does not compile. A retired
 * code is never reused.
 *
 * `http` is the status of the problem document (RFC 9457). `grpc` is the canonical status number
 * (https://grpc.io/docs/guides/status-codes/). `log` is the level at which a service logs the error, `info` by default.
 * `retryable` says whether the same request may succeed later without any change; the default is false.
 */
const rows = {
  VALIDATION_FAILED: { http: 400, grpc: 3, title: 'The request does not match its schema' },
  MALFORMED_JSON: { http: 400, grpc: 3, title: 'The body is not JSON' },
  REQUEST_TIMEOUT: { http: 408, grpc: 4, title: 'The request did not arrive in time' },
  MALFORMED_FORM: { http: 400, grpc: 3, title: 'The form in the body is incomplete' },
  MALFORMED_REQUEST: { http: 400, grpc: 3, title: 'The request is not a valid HTTP message' },
  HEADERS_TOO_LARGE: { http: 431, grpc: 3, title: 'The headers of the request are too large' },
  EXPECTATION_FAILED: { http: 417, grpc: 3, title: 'The expectation cannot be met' },
  UNSUPPORTED_CONTENT_ENCODING: { http: 415, grpc: 3, title: 'This content encoding is not supported' },
  QUERY_TOO_LARGE: { http: 400, grpc: 3, title: 'The query asks for too much in one request' },
  BODY_TOO_LARGE: { http: 413, grpc: 3, title: 'The body is too large' },
  EVENT_TOO_LARGE: { http: 413, grpc: 3, log: 'warn', title: 'The event for this change would be too large' },
  UNSUPPORTED_MEDIA_TYPE: { http: 415, grpc: 3, title: 'This content type is not supported' },
  NOT_ACCEPTABLE: { http: 406, grpc: 3, title: 'None of the accepted content types is available' },
  CURSOR_INVALID: { http: 400, grpc: 3, title: 'The cursor was not issued by this service' },
  UNAUTHENTICATED: { http: 401, grpc: 16, title: 'A valid token is required' },
  TOKEN_EXPIRED: { http: 401, grpc: 16, title: 'The token has expired' },
  TOKEN_REVOKED: { http: 401, grpc: 16, log: 'warn', title: 'The token was revoked' },
  WRONG_CREDENTIALS: { http: 401, grpc: 16, log: 'warn', title: 'Unknown customer or wrong password' },
  FORBIDDEN: { http: 403, grpc: 7, log: 'warn', title: 'This is not yours' },
  ROUTE_NOT_FOUND: { http: 404, grpc: 12, title: 'No such route' },
  METHOD_NOT_ALLOWED: { http: 405, grpc: 12, title: 'This method is not allowed on this route' },
  METHOD_UNKNOWN: { http: 501, grpc: 12, title: 'The server does not know this method' },
  ORDER_NOT_FOUND: { http: 404, grpc: 5, title: 'No such order' },
  IMAGE_NOT_FOUND: { http: 404, grpc: 5, title: 'No such image' },
  RENDITION_NOT_FOUND: { http: 404, grpc: 5, title: 'No such rendition' },
  PAYMENT_NOT_FOUND: { http: 404, grpc: 5, title: 'No such payment' },
  ACCOUNT_NOT_FOUND: { http: 404, grpc: 5, title: 'No such account' },
  IDEMPOTENCY_KEY_MISSING: { http: 400, grpc: 3, title: 'An Idempotency-Key is required' },
  IDEMPOTENCY_KEY_MALFORMED: { http: 400, grpc: 3, title: 'The Idempotency-Key is malformed' },
  IDEMPOTENCY_KEY_REUSED: { http: 422, grpc: 9, log: 'warn', title: 'This key was used with a different request' },
  IDEMPOTENCY_IN_FLIGHT: {
    http: 409,
    grpc: 10,
    retryable: true,
    title: 'The first request with this key is still running',
  },
  IMAGE_NOT_CANCELLABLE: { http: 409, grpc: 9, title: 'The processing of this photo has ended' },
  PRODUCT_UNKNOWN: { http: 422, grpc: 9, title: 'No such product' },
  IMAGE_NOT_PRINTABLE: { http: 422, grpc: 9, title: 'A photo does not exist, is not yours or is not ready' },
  NOT_A_PICTURE: { http: 422, grpc: 3, title: 'The bytes are not a printable picture' },
  TRANSFER_INCOMPLETE: { http: 503, grpc: 15, log: 'warn', retryable: true, title: 'The upload was incomplete' },
  PICTURE_TOO_LARGE: { http: 422, grpc: 3, title: 'The picture has more pixels than can be printed' },
  INSUFFICIENT_FUNDS: { http: 422, grpc: 9, title: 'The wallet has too little money' },
  CURRENCY_UNSUPPORTED: { http: 422, grpc: 9, title: 'The account is in another currency' },
  RECIPIENT_UNKNOWN: { http: 422, grpc: 9, title: 'No such recipient' },
  TRANSFER_TO_SELF: { http: 422, grpc: 9, title: 'Sender and recipient are the same' },
  ORDER_TRANSITION_ILLEGAL: { http: 409, grpc: 9, log: 'warn', title: 'The state of the order does not allow that' },
  PRODUCT_UNAVAILABLE: { http: 422, grpc: 9, title: 'This product is not available now' },
  ORDER_NOT_PAYABLE: { http: 409, grpc: 9, title: 'The order is already paid or closed' },
  PAYMENT_IN_PROGRESS: { http: 409, grpc: 10, retryable: true, title: 'Another payment of this order is in progress' },
  PAYMENT_NOT_CAPTURED: { http: 409, grpc: 9, title: 'Only a captured payment can be refunded' },
  REFUND_EXCEEDS_CAPTURE: { http: 422, grpc: 9, title: 'The refund is larger than what is left of the payment' },
  REFUND_NEEDS_OPERATOR: { http: 409, grpc: 9, title: 'The order is being printed: ask an operator for the refund' },
  REFUND_NOT_WHOLE: { http: 422, grpc: 9, title: 'An order can only be refunded in full: ask an operator for a part' },
  REFUND_REQUEST_NOT_FOUND: { http: 404, grpc: 5, title: 'No such refund request' },
  REFUND_REQUEST_OPEN: { http: 409, grpc: 9, title: 'A refund request for this payment is open' },
  REFUND_REQUEST_CLOSED: { http: 409, grpc: 9, title: 'The refund request was answered differently' },
  BANK_REFUSED: { http: 422, grpc: 9, title: 'The bank refused' },
  BANK_UNAVAILABLE: { http: 503, grpc: 14, log: 'warn', retryable: true, title: 'The bank does not answer' },
  PAYMENT_TIMEOUT: { http: 504, grpc: 4, log: 'warn', title: 'The payment took too long' },
  DEAD_LETTER_NOT_FOUND: { http: 404, grpc: 5, title: 'No such dead letter' },
  DEAD_LETTER_CLOSED: { http: 409, grpc: 9, title: 'The dead letter is already replayed or dropped' },
  ROOM_NOT_FOUND: { http: 404, grpc: 5, title: 'No such room' },
  ROOM_FULL: { http: 409, grpc: 8, retryable: true, title: 'The room is full' },
  PEER_NOT_FOUND: { http: 404, grpc: 5, title: 'No such peer in the room' },
  RATE_LIMITED: { http: 429, grpc: 8, retryable: true, title: 'Too many requests' },
  OVERLOADED: { http: 503, grpc: 8, retryable: true, title: 'This replica is full' },
  DEADLINE_EXCEEDED: {
    http: 504,
    grpc: 4,
    log: 'warn',
    retryable: true,
    title: 'The deadline of this request has passed',
  },
  UNAVAILABLE: { http: 503, grpc: 14, log: 'warn', retryable: true, title: 'A required service is unavailable' },
  INTERNAL: { http: 500, grpc: 13, log: 'error', title: 'Internal error' },
} as const satisfies Record<string, Pick<ErrorRow, 'http' | 'grpc' | 'title'> & Partial<ErrorRow>>;

export interface ErrorRow {
  http: number;
  grpc: number;
  log: 'info' | 'warn' | 'error';
  retryable: boolean;
  title: string;
}

export type ErrorCode = keyof typeof rows;

export const errorTable = Object.fromEntries(
  Object.entries(rows).map(([code, row]) => [code, { log: 'info', retryable: false, ...row }]),
) as Readonly<Record<ErrorCode, ErrorRow>>;

export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(rows, text);

/** One problem with the input: `path` is dotted (`lines.0.quantity`). */
export interface ErrorDetail {
  path: string;
  message: string;
}

/** The only error that may reach a client. The message is for people and contains no secret. */
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

  /** Seconds after which the same request may succeed; undefined when it never will. */
  get retryAfterSeconds(): number | undefined {
    return this.row.retryable ? (this.options?.retryAfterSeconds ?? 1) : undefined;
  }

  get row(): ErrorRow {
    return errorTable[this.code];
  }
}

export const isDomainError = (error: unknown): error is DomainError => error instanceof DomainError;
