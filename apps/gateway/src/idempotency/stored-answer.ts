/** The parts of an answer that a replay repeats: status, body and the headers listed below. */
export interface StoredAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** The headers an idempotent route may set, besides the content type. */
export const storedHeaders = ['location', 'etag', 'retry-after'] as const;

export const encodeAnswer = (answer: StoredAnswer): string => JSON.stringify(answer);

/** Undefined for an unknown format; the owning service answers then. */
export function decodeAnswer(text: string): StoredAnswer | undefined {
  const answer = parsed(text);
  return isStoredAnswer(answer) ? answer : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON, so not written by this version.
    return undefined;
  }
}

function isStoredAnswer(answer: unknown): answer is StoredAnswer {
  if (typeof answer !== 'object' || answer === null) return false;
  const { status, headers, body } = answer as Record<string, unknown>;
  return typeof status === 'number' && typeof headers === 'object' && headers !== null && typeof body === 'string';
}
