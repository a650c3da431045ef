import { endpointsOf } from '@halftone/kernel';
import { clientMessage } from './client-message.schema';

test('the table of permissions has a row for every WebSocket message and for no others', () => {
  const types = clientMessage.options.map(({ shape }) => `WebSocket ${shape.type.value}`);
  expect(types.length).toBeGreaterThan(14);
  expect(endpointsOf('WebSocket').toSorted()).toEqual(types.toSorted());
});
