import { Metadata } from '@grpc/grpc-js';
import { DomainError, errorTable } from '@halftone/kernel';
import { errorOfStatus, statusOf } from './status';

test("a library's message about an unreachable peer is not exposed", () => {
  const message = 'No connection established. Last error: connect ECONNREFUSED 127.0.0.1:3102';
  const away = Object.assign(new Error(`14 UNAVAILABLE: ${message}`), {
    code: 14,
    details: message,
    metadata: new Metadata(),
  });
  const error = errorOfStatus(away);
  expect(error).toMatchObject({ code: 'UNAVAILABLE', message: errorTable.UNAVAILABLE.title, cause: away });
});

test.each([1, 2, 3, 4, 5, 7, 8, 12, 13, 14, 16])(
  'the message of status %d from a foreign peer is not exposed',
  (code) => {
    const foreign = Object.assign(new Error('inner message'), {
      code,
      details: 'inner message',
      metadata: new Metadata(),
    });
    expect(errorOfStatus(foreign).message).not.toContain('inner');
  },
);

test.each([
  [new DomainError('RATE_LIMITED', 'later', [], { retryAfterSeconds: 7 }), 7],
  [new DomainError('OVERLOADED', 'later'), 1],
  [new DomainError('ORDER_NOT_FOUND', 'never', [], { retryAfterSeconds: 7 }), undefined],
])('the retry delay is transmitted too: %s', (error, seconds) => {
  const received = errorOfStatus(Object.assign(new Error('x'), statusOf(error)));
  expect(received.retryAfterSeconds).toBe(seconds);
});

test.each(['', '0', '-3', 'soon', '1.5', '99999999'])('an invalid retry delay %j is ignored', (text) => {
  const sent = statusOf(new DomainError('RATE_LIMITED', 'later'));
  sent.metadata?.set('halftone-retry-after', text);
  expect(errorOfStatus(Object.assign(new Error('x'), sent)).retryAfterSeconds).toBe(1);
});

test('an error of our own is transmitted unchanged', () => {
  const sent = statusOf(new DomainError('ORDER_NOT_FOUND', 'no order 7', [{ path: 'id', message: 'unknown' }]));
  const received = errorOfStatus(Object.assign(new Error('x'), sent));
  expect(received).toMatchObject({ code: 'ORDER_NOT_FOUND', message: 'no order 7', details: [{ path: 'id' }] });
});
