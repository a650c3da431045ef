import { DomainError } from '@halftone/kernel';
import { HttpException, NotFoundException } from '@nestjs/common';
import { domainErrorOf, problemOf } from './problem';
import { validationError } from './validation';

const fastifyError = (code: string, statusCode: number) =>
  Object.assign(new Error('a message of Fastify'), { code, statusCode });

test('a problem document has code, detail, instance and trace id', () => {
  const error = new DomainError('INSUFFICIENT_FUNDS', 'The wallet holds 5', [{ path: 'amount', message: 'too much' }]);
  expect(problemOf(error, '/v1/payments', 'abc')).toEqual({
    type: 'https://halftone.example/problems/insufficient-funds',
    title: 'The wallet has too little money',
    status: 422,
    detail: 'The wallet holds 5',
    code: 'INSUFFICIENT_FUNDS',
    instance: '/v1/payments',
    traceId: 'abc',
    errors: [{ path: 'amount', message: 'too much' }],
  });
});

test.each([
  [fastifyError('FST_ERR_CTP_INVALID_JSON_BODY', 400), 'MALFORMED_JSON'],
  [new HttpException('x', 400, { cause: fastifyError('FST_ERR_CTP_EMPTY_JSON_BODY', 400) }), 'MALFORMED_JSON'],
  [new HttpException('x', 413), 'BODY_TOO_LARGE'],
  [fastifyError('FST_ERR_CTP_INVALID_MEDIA_TYPE', 415), 'UNSUPPORTED_MEDIA_TYPE'],
  [new NotFoundException(), 'ROUTE_NOT_FOUND'],
  [new HttpException('x', 418), 'VALIDATION_FAILED'],
  [new TypeError('secret path /srv/x'), 'INTERNAL'],
  ['a thrown string', 'INTERNAL'],
])('%s is %s', (error, code) => {
  expect(domainErrorOf(error).code).toBe(code);
});

test('an unexpected error does not expose its message', () => {
  expect(domainErrorOf(new TypeError('secret path /srv/x')).message).not.toContain('secret');
});

test('each error has the path of its field, also for unknown fields', () => {
  const issues = [
    { message: 'too small', path: ['lines', 0, { key: 'quantity' }] },
    { message: 'Unrecognized keys', path: ['lines', 0], keys: ['colour', 'size'] },
  ];
  expect(validationError(issues).details).toEqual([
    { path: 'lines.0.quantity', message: 'too small' },
    { path: 'lines.0.colour', message: 'unknown field' },
    { path: 'lines.0.size', message: 'unknown field' },
  ]);
});
