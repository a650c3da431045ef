import { page, pageQuery } from './page.http';

const recorder = () => {
  const headers: Record<string, string> = {};
  const reply = {
    statusCode: 200,
    status: () => reply,
    getHeader: (name: string) => headers[name],
    header: (name: string, value: string) => {
      headers[name] = value;
      return reply;
    },
  };
  return { reply, headers };
};

test('a page with a next page has its cursor in the body and a link', () => {
  const { reply, headers } = recorder();
  expect(page(reply, '/v1/orders', { limit: 2 }, ['a', 'b'], 'x+y')).toEqual({ items: ['a', 'b'], next: 'x+y' });
  expect(headers).toEqual({ link: '</v1/orders?cursor=x%2By&limit=2>; rel="next"' });
});

test('the link repeats the filter, without undefined parameters', () => {
  const { reply, headers } = recorder();
  page(reply, '/v1/payments', { limit: 2, order: 'o', customer: undefined }, ['a'], 'x');
  expect(headers).toEqual({ link: '</v1/payments?cursor=x&limit=2&order=o>; rel="next"' });
});

test('the last page has no link', () => {
  const { reply, headers } = recorder();
  expect(page(reply, '/v1/orders', { limit: 2 }, [], '')).toEqual({ items: [], next: null });
  expect(headers).toEqual({});
});

test.each(['0', '101', '1.5', 'x', ''])('limit=%s is refused', (limit) => {
  expect(pageQuery.safeParse({ limit }).success).toBe(false);
});
