export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The message with those of its causes in parentheses. */
export const messageWithCause = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error
    ? `${error.message} (${messageWithCause(error.cause)})`
    : messageOf(error);
