import { randomUUID } from 'node:crypto';
import { engines, eventually } from '@halftone/testing';
import type { Redis } from 'ioredis';
import { Broadcast } from './broadcast';
import { commandConnection, connect, subscriberConnection } from './connection';

const { redisUrl } = engines();
let commands: Redis;
let subscriber: Redis;
let publisher: Broadcast;
let name: string;

beforeAll(async () => {
  commands = commandConnection(redisUrl);
  subscriber = subscriberConnection(redisUrl);
  await Promise.all([connect(commands), connect(subscriber)]);
});
beforeEach(() => {
  name = `test:${randomUUID()}`;
  publisher = new Broadcast(commands, subscriber);
});
afterAll(() => {
  commands.disconnect();
  subscriber.disconnect();
});

const numbered = (...numbers: number[]) => numbers.map((number) => ({ number, content: `n${number}` }));

class Asking extends Broadcast {
  asked = 0;

  override async head(of: string): Promise<number | null> {
    const head = await super.head(of);
    this.asked += 1;
    return head;
  }
}

/** What a listener was told, in order: `begin` as ['from', number]. */
async function heard(connection = subscriber) {
  const told: unknown[] = [];
  const listener = new Asking(commands, connection);
  const end = await listener.listen(name, {
    begin: (number) => told.push(['from', number]),
    take: ({ number, content }) => told.push([number, content]),
  });
  return { told, end, listener };
}

test('who begins to listen knows from where on it has everything, and then gets that', async () => {
  await publisher.publish(name, numbered(3, 4));
  const { told, end } = await heard();
  await publisher.publish(name, numbered(6, 9));
  await eventually(() =>
    expect(told).toEqual([
      ['from', 4],
      [6, 'n6'],
      [9, 'n9'],
    ]),
  );
  await end();
});

test('a message that does not follow the last one is a loss, and said so', async () => {
  const { told, end } = await heard();
  await publisher.publish(name, numbered(1));
  await commands.set(`halftone:broadcast-head:${name}`, 5);
  // Another process goes on publishing: what it sent before it took over never came here.
  await new Broadcast(commands, subscriber).publish(name, numbered(6));
  await eventually(() =>
    expect(told).toEqual([
      ['from', 0],
      [1, 'n1'],
      ['from', 5],
      [6, 'n6'],
    ]),
  );
  await end();
});

test('another publisher goes on where the last one stopped', async () => {
  const { told, end } = await heard();
  await publisher.publish(name, numbered(1));
  await new Broadcast(commands, subscriber).publish(name, numbered(2));
  await eventually(() =>
    expect(told.slice(1)).toEqual([
      [1, 'n1'],
      [2, 'n2'],
    ]),
  );
  await end();
});

test('after the loss of its connection a listener begins anew, with what was missed left out', async () => {
  const own = subscriberConnection(redisUrl);
  await connect(own);
  const id = await own.client('ID');
  const { told, end } = await heard(own);
  await publisher.publish(name, numbered(1));
  await eventually(() => expect(told).toHaveLength(2));
  // On one connection, so it is published when the listener's is gone.
  await Promise.all([commands.call('client', 'kill', 'id', id), publisher.publish(name, numbered(2))]);
  await eventually(() => expect(told.slice(2)).toEqual([['from', 2]]));
  await publisher.publish(name, numbered(3));
  await eventually(() => expect(told.slice(3)).toEqual([[3, 'n3']]));
  await end();
  own.disconnect();
});

test('a lost connection during which nothing was said is no loss', async () => {
  const own = subscriberConnection(redisUrl);
  await connect(own);
  const { told, end, listener } = await heard(own);
  await publisher.publish(name, numbered(1));
  await eventually(() => expect(told).toHaveLength(2));
  await commands.call('client', 'kill', 'id', await own.client('ID'));
  await eventually(() => expect(listener.asked).toBe(2));
  await publisher.publish(name, numbered(2));
  await eventually(() =>
    expect(told).toEqual([
      ['from', 0],
      [1, 'n1'],
      [2, 'n2'],
    ]),
  );
  await end();
  own.disconnect();
});

test('a Redis that has forgotten the stream may have lost what came last', async () => {
  const own = subscriberConnection(redisUrl);
  await connect(own);
  const { told, end } = await heard(own);
  await publisher.publish(name, numbered(7));
  await eventually(() => expect(told).toHaveLength(2));
  const id = await own.client('ID');
  await Promise.all([commands.call('client', 'kill', 'id', id), commands.del(`halftone:broadcast-head:${name}`)]);
  await eventually(() => expect(told.slice(2)).toEqual([['from', 8]]));
  await publisher.publish(name, numbered(8));
  await eventually(() =>
    expect(told.slice(3)).toEqual([
      ['from', 7],
      [8, 'n8'],
    ]),
  );
  await end();
  own.disconnect();
});
