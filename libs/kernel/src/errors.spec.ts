import { DomainError, errorTable, isErrorCode } from './errors';

test('every code has a client or server error status and a gRPC status other than OK', () => {
  const wrong = Object.entries(errorTable).filter(
    ([, { http, grpc }]) => http < 400 || http > 599 || grpc < 1 || grpc > 16,
  );
  expect(wrong).toEqual([]);
});

test('every retryable code has a status that clients retry', () => {
  const statuses = Object.values(errorTable)
    .filter(({ retryable }) => retryable)
    .map(({ http }) => http);
  expect([...new Set(statuses)].toSorted()).toEqual([409, 429, 503, 504]);
});

test('a name inherited from Object is not a code', () => {
  expect(isErrorCode('constructor')).toBe(false);
  expect(isErrorCode('ORDER_NOT_FOUND')).toBe(true);
});

test('an error has the row of its code', () => {
  expect(new DomainError('INSUFFICIENT_FUNDS', 'too little').row.http).toBe(422);
});
