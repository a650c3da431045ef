import { clientMessage } from './client-message.schema';

const id = '01990a2b-7c3d-7e4f-8a5b-6c7d8e9f0a1b';

test.each([
  [{ type: 'cancel', imageId: id.toUpperCase() }, { imageId: id }],
  [{ type: 'chat.join', room: `order:${id.toUpperCase()}` }, { room: `order:${id}` }],
  [{ type: 'rtc.join', room: `order:${id.toUpperCase()}` }, { room: `order:${id}` }],
  [{ type: 'chat.join', room: 'support:Alice' }, { room: 'support:Alice' }],
])('the id in %j is converted to lower case', (message, expected) => {
  expect(clientMessage.parse(message)).toMatchObject(expected);
});
