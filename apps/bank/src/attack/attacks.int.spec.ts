import { once } from 'node:events';
import { createServer, get, type Server } from 'node:http';
import { type Answer, attacks, harmless, sendAttack } from './attacks.fixture';
import { type BankFixture, startBank } from './bank.fixture';
import { recordConnections } from './connections.fixture';

/** The fastest of many tries must be this quick, because the machine may be busy. */
const withinMs = 1_000;
const tries = 15;

const mebibyte = 1024 * 1024;

/** Contents of files, stack traces and keys. */
const leaks = /root:.*:0:0:|PRIVATE KEY|node_modules|\.ts:\d+/;

let bank: BankFixture;
let listener: Server;
let connections = 0;

beforeAll(async () => {
  listener = createServer((_request, response) => {
    connections += 1;
    response.end();
  });
  listener.on('connection', () => (connections += 1)).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  bank = await startBank(`127.0.0.1:${portOf(listener)}`);
});
afterAll(async () => {
  await bank.close();
  listener.close();
});

function portOf(server: Server): number {
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('not listening');
  return address.port;
}

const isQuick = ({ ms }: Answer) => ms <= withinMs;

test('the messages that the attacks are derived from are accepted', async () => {
  for (const file of ['username', 'signature'] as const)
    expect(await harmless(bank.url, file, bank.credentials)).toMatchObject({ status: 200, code: undefined });
  expect(await bank.transactionsOf('attack-')).toHaveLength(2);
});

describe('is answered with its fault, immediately, and moves no money', () => {
  test.each(attacks.map((one) => [one.file, one.about, one] as const))('%s: %s', async (_file, _about, one) => {
    const before = await bank.money();
    const answers: Answer[] = [];
    while (answers.length < tries && !answers.some(isQuick))
      answers.push(await sendAttack(bank.url, one, bank.credentials));
    for (const { code, faultCode, status, body } of answers) {
      expect({ code, status }).toEqual({ code: one.code, status: one.status ?? 500 });
      expect(faultCode).toMatch(/^[\w.-]+:[\w.-]+$/);
      expect(body).toContain('SignatureValue');
      expect(body).not.toMatch(leaks);
    }
    expect(answers.some(isQuick)).toBe(true);
    expect(await bank.money()).toEqual(before);
  });
});

/** Always over a new connection. */
const getOnce = async (url: string): Promise<void> => {
  const [response] = await once(get(url, { agent: false }), 'response');
  response.resume();
  await once(response, 'end');
};

describe('all of them, repeatedly,', () => {
  const rounds = 3;
  const memory: number[] = [];
  let ports: readonly (number | undefined)[] = [];

  const sendAllRepeatedly = async () => {
    for (let round = 0; round < rounds; round += 1) {
      for (const one of attacks) await sendAttack(bank.url, one, bank.credentials);
      memory.push(process.memoryUsage().rss);
    }
    await getOnce(`${bank.url}?wsdl`);
  };

  beforeAll(async () => {
    ports = await recordConnections(sendAllRepeatedly);
  });

  test('do not grow the memory', () => {
    const [first = 0, ...later] = memory;
    expect(Math.min(...later) - first).toBeLessThan(64 * mebibyte);
  });

  test('make the bank connect only to its database', () => {
    const bankPort = Number(new URL(bank.url).port);
    expect(ports).toContain(bankPort);
    expect(ports.filter((port) => port !== bankPort && port !== bank.databasePort)).toEqual([]);
    expect(connections).toBe(0);
  });

  test('would be detected: both the listener and the recorder see a connection', async () => {
    const before = connections;
    expect(await recordConnections(() => getOnce(`http://127.0.0.1:${portOf(listener)}/`))).toEqual([portOf(listener)]);
    expect(connections).toBe(before + 2);
  });
});
