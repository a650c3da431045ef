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

test('comments and retry are not events; data lines are joined; the default type is message', () => {
  expect(parse(stream)).toEqual(events);
});

test('chunks may end anywhere, even between carriage return and line feed', () => {
  const crlf = stream.replaceAll('\n', '\r\n');
  expect(parse(...crlf)).toEqual(events);
  expect(parse(...stream)).toEqual(events);
});

test('the last id is kept', () => {
  expect(parse('id: 7\ndata: x\n\ndata: y\n\n').map(({ id }) => id)).toEqual(['7', '7']);
});

test('an incomplete event at the end of the stream is dropped', () => {
  expect(parse('data: whole\n\ndata: half\n')).toHaveLength(1);
});
