import { createHash, randomUUID } from 'node:crypto';

/** The answer of a handler, about as long as that of an order. */
export const answer = JSON.stringify({ status: 201, headers: {}, body: 'x'.repeat(600) });

/** Of the request's body, made beforehand: it is the same work whatever the store. */
export const fingerprint = createHash('sha256').update('{"amount":10000,"currency":"USD","to":"bob"}').digest('hex');

const run = randomUUID();

/** A key that nobody used before, for each operation. */
export const scopeOf = (index: number): string => `alice:POST /v1/transfers:${run}-${index}`;
