import { SseParser } from './sse-parser.ts';

const parse = (...chunks: string[]) => {
  const parser = new SseParser();
  return chunks.flatMap((chunk) => parser.push(chunk));
};

const stream =
  'retry: 1000\n\n: hello\n\nid: a1\nevent: order.paid\ndata: {"seq":1}\n\nid: a2\ndata: one\ndata: two\n\n';
const events = [
  { id: 'a1', event: 'order.paid', data: '{"seq":1}' },
  { id: 'a2', event: 'message', data: 'one\ntwo' },
];

test('comments and retry are no events; data lines are joined; the type falls back to message', () => {
  expect(parse(stream)).toEqual(events);
});

test('chunks may end anywhere, also between carriage return and line feed', () => {
  const crlf = stream.replaceAll('\n', '\r\n');
  expect(parse(...crlf)).toEqual(events);
  expect(parse(...stream)).toEqual(events);
});

test('the last id sticks', () => {
  expect(parse('id: 7\ndata: x\n\ndata: y\n\n').map(({ id }) => id)).toEqual(['7', '7']);
});

test('an event that the stream ends in is dropped', () => {
  expect(parse('data: whole\n\ndata: half\n')).toHaveLength(1);
});
