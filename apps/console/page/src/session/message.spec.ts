import { messageOf, RequestFailed } from './session.ts';

test('the message of an error is shown, not its class', () => {
  expect(messageOf(new RequestFailed('wrong name or password'))).toBe('wrong name or password');
  expect(messageOf(new TypeError('Failed to fetch'))).toBe('Failed to fetch');
  expect(messageOf('lost')).toBe('lost');
});
