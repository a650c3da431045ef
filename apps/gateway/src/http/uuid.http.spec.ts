import { uuidv7 } from '@halftone/kernel';
import { placeOrderBody } from '../order/order.schema';
import { paymentsQuery } from '../payment/payment.schema';
import { UuidPipe } from './uuid.http';

const id = uuidv7();
const upper = id.toUpperCase();

test('an upper case id in a path, as iOS prints it, becomes lower case', () => {
  expect(new UuidPipe('ORDER_NOT_FOUND').transform(upper)).toBe(id);
});

test('a malformed id is not found', () => {
  expect(() => new UuidPipe('ORDER_NOT_FOUND').transform('x')).toThrow(
    expect.objectContaining({ code: 'ORDER_NOT_FOUND' }),
  );
});

test('an upper case id in a query becomes lower case', () => {
  expect(paymentsQuery.parse({ order: upper })).toMatchObject({ order: id });
});

test('an upper case id in a body becomes lower case', () => {
  const body = { lines: [{ imageId: upper, product: 'print-10x15', quantity: 1 }] };
  expect(placeOrderBody.parse(body)).toMatchObject({ lines: [{ imageId: id }] });
});
