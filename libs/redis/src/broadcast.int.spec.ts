import { randomUUID } from 'node:crypto';
import { engines, eventually } from '@halftone/testing';
import type { Redis } from 'ioredis';
import { Broadcast, maxWaiting } from './broadcast';
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

class CountingBroadcast extends Broadcast {
  headReads = 0;

  override async head(of: string): Promise<number | null> {
    const head = await super.head(of);
    this.headReads += 1;
    return head;
  }
}

/** The calls of a listener, in order; `begin` as ['from', number]. */
async function listen(connection = subscriber) {
  const calls: unknown[] = [];
  const listener = new CountingBroadcast(commands, connection);
  const end = await listener.listen(name, {
    begin: (number) => calls.push(['from', number]),
    take: ({ number, content }) => calls.push([number, content]),
  });
  return { calls, end, listener };
}

test('a new listener gets its start number and every message after it', async () => {
  await publisher.publish(name, numbered(3, 4));
  const { calls, end } = await listen();
  await publisher.publish(name, numbered(6, 9));
  await eventually(() =>
    expect(calls).toEqual([
      ['from', 4],
      [6, 'n6'],
      [9, 'n9'],
    ]),
  );
  await end();
});

test('a message that does not follow the last one is reported as a loss', async () => {
  const { calls, end } = await listen();
  await publisher.publish(name, numbered(1));
  await commands.set(`halftone:broadcast-head:${name}`, 5);
  // Another process continues to publish; its earlier messages never arrived here.
  await new Broadcast(commands, subscriber).publish(name, numbered(6));
  await eventually(() =>
    expect(calls).toEqual([
      ['from', 0],
      [1, 'n1'],
      ['from', 5],
      [6, 'n6'],
    ]),
  );
  await end();
});

test('another publisher continues where the last one stopped', async () => {
  const { calls, end } = await listen();
  await publisher.publish(name, numbered(1));
  await new Broadcast(commands, subscriber).publish(name, numbered(2));
  await eventually(() =>
    expect(calls.slice(1)).toEqual([
      [1, 'n1'],
      [2, 'n2'],
    ]),
  );
  await end();
});

test('after a connection loss a listener begins again, without the missed messages', async () => {
  const own = subscriberConnection(redisUrl);
  await connect(own);
  const id = await own.client('ID');
  const { calls, end } = await listen(own);
  await publisher.publish(name, numbered(1));
  await eventually(() => expect(calls).toHaveLength(2));
  // Both on one connection, so the message is published after the listener's connection is closed.
  await Promise.all([commands.call('client', 'kill', 'id', id), publisher.publish(name, numbered(2))]);
  await eventually(() => expect(calls.slice(2)).toEqual([['from', 2]]));
  await publisher.publish(name, numbered(3));
  await eventually(() => expect(calls.slice(3)).toEqual([[3, 'n3']]));
  await end();
  own.disconnect();
});

test('a lost connection without messages in between is not a loss', async () => {
  const own = subscriberConnection(redisUrl);
  await connect(own);
  const { calls, end, listener } = await listen(own);
  await publisher.publish(name, numbered(1));
  await eventually(() => expect(calls).toHaveLength(2));
  await commands.call('client', 'kill', 'id', await own.client('ID'));
  await eventually(() => expect(listener.headReads).toBe(2));
  await publisher.publish(name, numbered(2));
  await eventually(() =>
    expect(calls).toEqual([
      ['from', 0],
      [1, 'n1'],
      [2, 'n2'],
    ]),
  );
  await end();
  own.disconnect();
});

test('a Redis that has lost the head may have lost the latest messages', async () => {
  const own = subscriberConnection(redisUrl);
  await connect(own);
  const { calls, end } = await listen(own);
  await publisher.publish(name, numbered(7));
  await eventually(() => expect(calls).toHaveLength(2));
  const id = await own.client('ID');
  await Promise.all([commands.call('client', 'kill', 'id', id), commands.del(`halftone:broadcast-head:${name}`)]);
  await eventually(() => expect(calls.slice(2)).toEqual([['from', 8]]));
  await publisher.publish(name, numbered(8));
  await eventually(() =>
    expect(calls.slice(3)).toEqual([
      ['from', 7],
      [8, 'n8'],
    ]),
  );
  await end();
  own.disconnect();
});

/** Like a Redis with slow answers to commands. */
class Late extends Broadcast {
  readonly answered = Promise.withResolvers<void>();

  override async head(of: string): Promise<number | null> {
    const head = await super.head(of);
    await this.answered.promise;
    return head;
  }
}

test('before the head is known a limited number of messages is buffered, and the loss of the rest is reported', async () => {
  await publisher.publish(name, numbered(1));
  const calls: unknown[] = [];
  const late = new Late(commands, subscriber);
  let newest = 0;
  subscriber.on('message', (channel: string, text: string) => {
    if (channel.endsWith(name)) newest = (JSON.parse(text) as { number: number }).number;
  });
  const listening = late.listen(name, {
    begin: (number) => calls.push(['from', number]),
    take: ({ number }) => calls.push(number),
  });
  await eventually(async () => {
    await publisher.publish(name, numbered(2));
    expect(newest).toBe(2);
  });
  const last = maxWaiting + 502;
  await publisher.publish(name, numbered(...Array.from({ length: last - 2 }, (_, n) => n + 3)));
  await eventually(() => expect(newest).toBe(last));
  late.answered.resolve();
  await (
    await listening
  )();
  const kept = Array.from({ length: maxWaiting }, (_, n) => n + 503);
  expect(calls.slice(1)).toEqual([['from', 502], ...kept]);
});
