import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { perform, typeOf, type SendOptions } from './operation.ts';
import { Recorder } from './recorder.ts';

type Answer = [status: number, body: string] | 'none';

let server: Server;
let answers: Answer[];
let keys: string[];

beforeEach(async () => {
  keys = [];
  server = createServer((request, response) => {
    keys.push(String(request.headers['idempotency-key']));
    const answer = answers.shift() ?? [500, ''];
    if (answer === 'none') {
      request.socket.destroy();
      return;
    }
    response.writeHead(answer[0], { 'content-type': 'application/json' }).end(answer[1]);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => server.close());

async function result(of: Answer[], more: Partial<SendOptions> = {}) {
  answers = of;
  const recorder = new Recorder();
  const { port } = server.address() as { port: number };
  const options: SendOptions = {
    recorder,
    gateway: () => `http://127.0.0.1:${port}`,
    token: () => Promise.resolve('token'),
    patienceMs: 10_000,
    timeoutMs: 1_000,
    replay: false,
    ...more,
  };
  const request = { body: '{}', contentType: 'application/json' };
  await perform({ process: 'c1', customer: 'load-1', f: 'transfer', path: '/x', value: {}, request }, options);
  expect(new Set(keys).size).toBe(1);
  const [invoke, end, ...rest] = recorder.lines;
  expect([invoke?.type, invoke?.op, rest]).toEqual(['invoke', end?.op, []]);
  return end;
}

const inFlight: Answer = [409, '{"code":"IDEMPOTENCY_IN_FLIGHT"}'];

test('an answer that never came, one that failed and one that was too early are tried again with the same key', async () => {
  expect(await result(['none', [503, '{}'], inFlight, [201, '{"id":"1"}']])).toMatchObject({
    type: 'ok',
    status: 201,
    body: '{"id":"1"}',
    tries: 4,
  });
});

test('a refusal is final', async () => {
  expect(await result([[422, '{"code":"INSUFFICIENT_FUNDS"}']])).toMatchObject({
    type: 'fail',
    code: 'INSUFFICIENT_FUNDS',
    tries: 1,
  });
});

test('when patience runs out nobody knows', async () => {
  expect(await result(['none', 'none', 'none'], { patienceMs: 0 })).toMatchObject({ type: 'unknown', tries: 1 });
});

test('a replay with other bytes is written down, one with the same is not', async () => {
  expect(
    await result(
      [
        [201, 'a'],
        [201, 'b'],
      ],
      { replay: true },
    ),
  ).toMatchObject({ type: 'ok', differs: '201 b' });
  keys = [];
  expect(
    await result(
      [
        [201, 'a'],
        [201, 'a'],
      ],
      { replay: true },
    ),
  ).not.toHaveProperty('differs');
});

test.each([
  [201, undefined, 'ok'],
  [400, 'VALIDATION_FAILED', 'fail'],
  [409, 'IDEMPOTENCY_IN_FLIGHT', 'unknown'],
  [409, 'ORDER_NOT_PAYABLE', 'fail'],
  [429, 'RATE_LIMITED', 'unknown'],
  [500, 'INTERNAL', 'unknown'],
  [504, 'DEADLINE_EXCEEDED', 'unknown'],
])('%d %s is %s', (status, code, type) => {
  expect(typeOf({ status }, code)).toBe(type);
});
