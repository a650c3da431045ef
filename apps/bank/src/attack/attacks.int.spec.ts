import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type Answer, attack, attacks, harmless } from './attacks.fixture';
import { type BankWorld, openBank } from './bank.fixture';

/** The best of many tries must be as quick, since the machine may be busy with other things. */
const withinMs = 1_000;
const tries = 15;

const mebibyte = 1024 * 1024;

/** Of files, of stacks, of keys. */
const leaks = /root:.*:0:0:|PRIVATE KEY|node_modules|\.ts:\d+/;

let world: BankWorld;
let listener: Server;
let asked = 0;

beforeAll(async () => {
  listener = createServer((_request, response) => {
    asked += 1;
    response.end();
  });
  listener.on('connection', () => (asked += 1)).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  world = await openBank(`127.0.0.1:${portOf(listener)}`);
});
afterAll(async () => {
  await world.close();
  listener.close();
});

function portOf(server: Server): number {
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('not listening');
  return address.port;
}

const isQuick = ({ ms }: Answer) => ms <= withinMs;

test('the messages that the attacks are made from are good ones', async () => {
  for (const file of ['username', 'signature'] as const)
    expect(await harmless(world.url, file, world.who)).toMatchObject({ status: 200, code: undefined });
  expect(await world.transactionsOf('attack-')).toHaveLength(2);
});

describe('is answered by its fault, at once, and moves nothing', () => {
  test.each(attacks.map((one) => [one.file, one.about, one] as const))('%s: %s', async (_file, _about, one) => {
    const before = await world.money();
    const answers: Answer[] = [];
    while (answers.length < tries && !answers.some(isQuick)) answers.push(await attack(world.url, one, world.who));
    for (const { code, faultCode, status, body } of answers) {
      expect({ code, status }).toEqual({ code: one.code, status: one.status ?? 500 });
      expect(faultCode).toMatch(/^[\w.-]+:[\w.-]+$/);
      expect(body).toContain('SignatureValue');
      expect(body).not.toMatch(leaks);
    }
    expect(answers.some(isQuick)).toBe(true);
    expect(await world.money()).toEqual(before);
  });
});

describe('all of them, again and again,', () => {
  const rounds = 3;
  const memory: number[] = [];
  const dialled: (number | undefined)[] = [];
  const onDial = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    const note = () => dialled.push(socket.remotePort);
    socket.once('connect', note).once('error', note);
  };

  beforeAll(async () => {
    subscribe('net.client.socket', onDial);
    for (let round = 0; round < rounds; round += 1) {
      for (const one of attacks) await attack(world.url, one, world.who);
      memory.push(process.memoryUsage().rss);
    }
    unsubscribe('net.client.socket', onDial);
  });

  test('leave the memory as it was', () => {
    const [first = 0, ...later] = memory;
    expect(Math.min(...later) - first).toBeLessThan(64 * mebibyte);
  });

  test('never make the bank connect to anybody but its database', () => {
    const known = [Number(new URL(world.url).port), world.databasePort];
    expect(dialled.filter((port) => !known.includes(port ?? 0))).toEqual([]);
    expect(asked).toBe(0);
  });
});
