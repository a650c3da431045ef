import { randomUUID } from 'node:crypto';
import { DomainError } from '@halftone/kernel';
import type { RunningService } from '@halftone/service';
import { eventually, OwnRedis, testToken } from '@halftone/testing';
import { WebSocketClient } from '../../fixture/clients.fixture';
import { newCustomer } from '../../fixture/feed.fixture';
import { bootImages, Cancellations } from '../../fixture/images.fixture';
import { bootReplica, type Replica } from '../../fixture/replica.fixture';

const customer = newCustomer();
let redis: OwnRedis;
let cancellations: Cancellations;
let images: RunningService;
let replica: Replica;
let socket: WebSocketClient;

beforeAll(async () => {
  cancellations = new Cancellations();
  [redis, images] = await Promise.all([OwnRedis.prepare(), bootImages(cancellations)]);
  await redis.start();
  replica = await bootReplica({ REDIS_URL: redis.url, IMAGES_GRPC: images.grpcUrl });
  socket = await WebSocketClient.connect(replica.httpUrl, { token: await testToken(customer) });
});
afterEach(() => {
  cancellations.check = () => Promise.resolve();
});
afterAll(async () => {
  await socket.close();
  await replica.stop();
  await images.stop();
  await redis.kill();
});

const answersTo = (imageId: string) => {
  socket.send({ type: 'cancel', imageId });
  return eventually(() => {
    const answers = socket.messages.filter((message) => JSON.stringify(message).includes(imageId));
    expect(answers).toHaveLength(1);
    return answers;
  });
};

test("the images service cancels the photo in the client's name before the answer", async () => {
  const imageId = randomUUID();
  expect(await answersTo(imageId)).toEqual([{ type: 'cancelling', imageId }]);
  expect(cancellations.received).toContainEqual({ customer, imageId });
});

test.each([
  ['flushed', () => redis.flush()],
  ['killed', () => redis.kill()],
  ['paused', async () => redis.pause()],
])('an answered cancel is not lost when Redis is %s', async (_how, harm) => {
  await harm();
  const imageId = randomUUID();
  expect(await answersTo(imageId)).toEqual([{ type: 'cancelling', imageId }]);
  expect(cancellations.received).toContainEqual({ customer, imageId });
  await redis.kill();
  await redis.start();
});

test('a refusal is an error that names the photo, without a second answer', async () => {
  const imageId = randomUUID();
  cancellations.check = async () => {
    throw new DomainError('IMAGE_NOT_CANCELLABLE', 'it is ready');
  };
  expect(await answersTo(imageId)).toMatchObject([
    { type: 'error', code: 'IMAGE_NOT_CANCELLABLE', errors: [{ path: 'imageId', message: imageId }] },
  ]);
});

test('an invalid id is an error without a call to the images service', async () => {
  const before = cancellations.received.length;
  socket.send({ type: 'cancel', imageId: 'no id' });
  await eventually(() =>
    expect(socket.of('error')).toContainEqual(expect.objectContaining({ code: 'VALIDATION_FAILED' })),
  );
  expect(cancellations.received).toHaveLength(before);
});

test('without an answer of the images service there is an error, and the connection stays open', async () => {
  const imageId = randomUUID();
  cancellations.check = () => new Promise(() => undefined);
  expect(await answersTo(imageId)).toMatchObject([{ type: 'error', code: 'DEADLINE_EXCEEDED' }]);
  socket.send({ type: 'ping' });
  await eventually(() => expect(socket.of('pong')).toHaveLength(1));
});
