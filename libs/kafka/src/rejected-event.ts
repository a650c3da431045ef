import type { OutboxRow } from '@halftone/postgres';
import { KafkaJSProtocolError } from 'kafkajs';

/** An event that the broker will never accept. */
export interface RejectedEvent {
  row: OutboxRow;
  /** The error type of the broker. */
  reason: string;
  message: string;
}

/** https://kafka.apache.org/protocol#protocol_error_codes: errors of the record itself, which a retry cannot repair. */
const permanentErrors: ReadonlySet<string> = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_TIMESTAMP',
  'INVALID_RECORD',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
]);

/** The reason if the broker rejected the record permanently. kafkajs wraps the broker's error once or twice. */
export function rejectionIn(error: unknown): { reason: string; message: string } | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof KafkaJSProtocolError && permanentErrors.has(cause.type))
      return { reason: cause.type, message: cause.message };
  }
  return undefined;
}
