import { transportOf } from './negotiation.http';

test.each([
  [undefined, 0, 'short-poll'],
  ['', 0, 'short-poll'],
  ['*/*', 30, 'long-poll'],
  ['application/json', 0, 'short-poll'],
  ['application/json', 1, 'long-poll'],
  ['text/event-stream', 0, 'sse'],
  ['text/event-stream', 30, 'sse'],
  ['Text/Event-Stream; charset=utf-8', 0, 'sse'],
  ['text/event-stream;q=0.5, application/json', 0, 'short-poll'],
  ['text/event-stream, */*;q=0.1', 0, 'sse'],
  ['application/*;q=0.2, text/*', 0, 'sse'],
  ['text/event-stream;q=0, application/json;q=0.1', 0, 'short-poll'],
  ['text/event-stream;q=0, */*', 0, 'short-poll'],
  ['application/json;q=0, */*', 0, 'sse'],
] as const)('Accept %s, wait %i: %s', (accept, wait, transport) => {
  expect(transportOf(accept, wait)).toBe(transport);
});

test.each(['image/png', 'text/html', 'text/event-stream;q=0, application/json;q=0'])(
  'Accept %j cannot be met',
  (accept) => {
    expect(() => transportOf(accept, 0)).toThrow(expect.objectContaining({ code: 'NOT_ACCEPTABLE' }));
  },
);
