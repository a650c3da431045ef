import { DomainError, errorTable, isErrorCode } from './errors';

test('every code has a client or server error status and a gRPC status other than OK', () => {
  const odd = Object.entries(errorTable).filter(
    ([, { http, grpc }]) => http < 400 || http > 599 || grpc < 1 || grpc > 16,
  );
  expect(odd).toEqual([]);
});

test('only outcomes that are retryable say so with a status that clients retry', () => {
  const statuses = Object.values(errorTable)
    .filter(({ retryable }) => retryable)
    .map(({ http }) => http);
  expect(statuses.every((status) => [409, 429, 503, 504].includes(status))).toBe(true);
});

test('a name inherited from Object is no code', () => {
  expect(isErrorCode('constructor')).toBe(false);
  expect(isErrorCode('ORDER_NOT_FOUND')).toBe(true);
});

test('an error knows its row', () => {
  expect(new DomainError('INSUFFICIENT_FUNDS', 'too little').row.http).toBe(422);
});
