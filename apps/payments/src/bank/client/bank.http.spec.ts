import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { withSpan } from '@halftone/service';
import { freePort } from '@halftone/testing';
import { BankHttp } from './bank.http';

let server: Server;
let bank: BankHttp;
let answer: (response: ServerResponse) => void;
const seen: Record<string, unknown>[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request.headers);
    request.resume().once('end', () => answer(response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  bank = new BankHttp(`http://127.0.0.1:${(server.address() as AddressInfo).port}/bank`);
});
beforeEach(() => seen.splice(0));
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await bank.close();
});

const refused = (code: string) => expect.objectContaining({ code });

test('an answer with an error status is returned, not thrown', async () => {
  answer = (response) => response.writeHead(500).end('<fault/>');
  expect(await bank.post('<x/>', 'text/xml', 1_000)).toEqual({ status: 500, body: '<fault/>' });
});

test('a request carries the trace', async () => {
  answer = (response) => response.end();
  await withSpan('test', {}, () => bank.post('<x/>', 'text/xml', 1_000));
  expect(seen[0]).toMatchObject({
    'content-type': 'text/xml',
    traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-/),
  });
});

test('a refused connection means that nothing was sent', async () => {
  const away = new BankHttp(`http://127.0.0.1:${await freePort()}/bank`);
  await expect(away.post('<x/>', 'text/xml', 1_000)).rejects.toEqual(refused('BANK_UNAVAILABLE'));
  await away.close();
});

test('an unknown host means that nothing was sent', async () => {
  const nowhere = new BankHttp('http://bank.invalid/bank');
  await expect(nowhere.post('<x/>', 'text/xml', 5_000)).rejects.toEqual(refused('BANK_UNAVAILABLE'));
  await nowhere.close();
});

test.each<[string, (response: ServerResponse) => void, string]>([
  ['never comes', () => undefined, 'DEADLINE_EXCEEDED'],
  ['stops in the middle', (response) => response.writeHead(200).write('<half'), 'DEADLINE_EXCEEDED'],
  ['is cut off', (response) => response.socket?.destroy(), 'UNAVAILABLE'],
  [
    'is cut in the middle',
    (response) => response.writeHead(200, { 'content-length': 9 }).write('<half', () => response.socket?.destroy()),
    'UNAVAILABLE',
  ],
  ['never ends', (response) => response.end('x'.repeat(300 * 1024)), 'UNAVAILABLE'],
])('an answer that %s leaves the outcome unknown, and the request is sent once', async (_, how, code) => {
  answer = how;
  await expect(bank.post('<x/>', 'text/xml', 300)).rejects.toEqual(refused(code));
  expect(seen).toHaveLength(1);
});
