/**
 * Why a message is rejected. `code` is ours and stable. The table has its protocol codes: the code of SOAP itself,
 * and perhaps one of WS-Security (SOAP Message Security 1.1.1, §12), which is `Client` or `Sender` in SOAP.
 */
export type SoapCode = 'Sender' | 'Receiver' | 'VersionMismatch' | 'MustUnderstand';

export type SecurityCode =
  | 'UnsupportedSecurityToken'
  | 'UnsupportedAlgorithm'
  | 'InvalidSecurity'
  | 'InvalidSecurityToken'
  | 'FailedAuthentication'
  | 'FailedCheck'
  | 'SecurityTokenUnavailable'
  | 'MessageExpired';

interface Row {
  soap: SoapCode;
  security?: SecurityCode;
}

const rows = {
  MESSAGE_TOO_LARGE: { soap: 'Sender' },
  MESSAGE_TOO_COMPLEX: { soap: 'Sender' },
  MESSAGE_ENCODING_UNSUPPORTED: { soap: 'Sender' },
  MESSAGE_MALFORMED: { soap: 'Sender' },
  MESSAGE_MARKUP_FORBIDDEN: { soap: 'Sender' },
  MESSAGE_INVALID: { soap: 'Sender' },
  VERSION_UNSUPPORTED: { soap: 'VersionMismatch' },
  HEADER_NOT_UNDERSTOOD: { soap: 'MustUnderstand' },
  ACTION_MISMATCH: { soap: 'Sender' },
  OPERATION_UNKNOWN: { soap: 'Sender' },
  SECURITY_MISSING: { soap: 'Sender', security: 'InvalidSecurity' },
  SECURITY_INVALID: { soap: 'Sender', security: 'InvalidSecurity' },
  SECURITY_TOKEN_INVALID: { soap: 'Sender', security: 'InvalidSecurityToken' },
  SECURITY_ALGORITHM_UNSUPPORTED: { soap: 'Sender', security: 'UnsupportedAlgorithm' },
  SECURITY_AUTHENTICATION_FAILED: { soap: 'Sender', security: 'FailedAuthentication' },
  SECURITY_CHECK_FAILED: { soap: 'Sender', security: 'FailedCheck' },
  SECURITY_EXPIRED: { soap: 'Sender', security: 'MessageExpired' },
  SECURITY_REPLAYED: { soap: 'Sender', security: 'InvalidSecurity' },
  INTERNAL: { soap: 'Receiver' },
} as const satisfies Record<string, Row>;

type FaultCode = keyof typeof rows;

/** An error for the sender; its message is for people and reveals nothing about keys, files or stacks. */
export class SoapFault extends Error {
  override readonly name = 'SoapFault';

  constructor(
    readonly code: FaultCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }

  get row(): Row {
    return rows[this.code];
  }
}
