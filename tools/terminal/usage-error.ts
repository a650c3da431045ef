/** The command was called wrongly: an unknown option or name, a value that it does not take. The message says what it takes. */
export class UsageError extends Error {}
