/** What a replay repeats: the status, the bytes, and the headers that belong to the answer rather than to the connection. */
export interface StoredAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Everything an idempotent route may set besides the content type. */
export const storedHeaders = ['location', 'etag', 'retry-after'] as const;

export const encodeAnswer = (answer: StoredAnswer): string => JSON.stringify(answer);

/** Undefined for anything this build did not write; the caller then lets the owning service answer. */
export function decodeAnswer(text: string): StoredAnswer | undefined {
  const answer = parsed(text);
  return isStoredAnswer(answer) ? answer : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isStoredAnswer(answer: unknown): answer is StoredAnswer {
  if (typeof answer !== 'object' || answer === null) return false;
  const { status, headers, body } = answer as Record<string, unknown>;
  return typeof status === 'number' && typeof headers === 'object' && headers !== null && typeof body === 'string';
}
