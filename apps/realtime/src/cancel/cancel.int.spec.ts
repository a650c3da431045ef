import { randomUUID } from 'node:crypto';
import { cancelImageChannel } from '@halftone/contracts';
import { PubSub } from '@halftone/redis';
import { eventually, testToken } from '@halftone/testing';
import { someCustomer } from '../fixture/feed.fixture';
import { WebSocketClient } from '../fixture/clients.fixture';
import { bootReplica } from '../fixture/replica.fixture';

test('the wish to cancel goes to the images service under the name of who sent it', async () => {
  const replica = await bootReplica();
  const commands: unknown[] = [];
  const end = await replica.app
    .get(PubSub, { strict: false })
    .subscribe(cancelImageChannel, (command) => commands.push(command));
  const [customer, imageId] = [someCustomer(), randomUUID()];
  const socket = await WebSocketClient.connect(replica.httpUrl, { token: await testToken(customer) });
  socket.send({ type: 'cancel', imageId: 'no id' });
  socket.send({ type: 'cancel', imageId });
  await eventually(() => expect(socket.of('cancelling')).toEqual([{ type: 'cancelling', imageId }]));
  expect(socket.of('error')).toMatchObject([{ code: 'VALIDATION_FAILED' }]);
  await eventually(() => expect(commands).toContainEqual({ customer, imageId }));
  await socket.close();
  await end();
  await replica.stop();
});
