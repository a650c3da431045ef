import { decodeAnswer, encodeAnswer } from './stored-answer';

const answer = { status: 201, headers: { location: '/v1/orders/1', etag: '"1"' }, body: '{"id":"1","note":"ü"}' };

test('a stored answer is decoded byte for byte', () => {
  expect(decodeAnswer(encodeAnswer(answer))).toEqual(answer);
});

test.each(['null', '{}', '"text"', '', '{"status":201,', '{"status":201,"headers":{}}'])(
  '%s is not a stored answer',
  (text) => {
    expect(decodeAnswer(text)).toBeUndefined();
  },
);
