import { endToEnd } from './hop-by-hop';

test('hop-by-hop headers, and those that Connection lists, are not forwarded', () => {
  const headers = {
    connection: 'Keep-Alive, X-Mine',
    'keep-alive': 'timeout=5',
    'x-mine': '1',
    expect: '100-continue',
    te: 'trailers',
    trailer: 'x',
    'transfer-encoding': 'chunked',
    upgrade: 'h2c',
    'proxy-authorization': 'Basic x',
    accept: '*/*',
    authorization: 'Bearer x',
  };
  expect(endToEnd(headers)).toEqual({ accept: '*/*', authorization: 'Bearer x' });
});
