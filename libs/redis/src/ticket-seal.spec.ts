import { nameOf, seal, unseal } from './ticket-seal';

test('a token is unsealed only with the ticket that sealed it', () => {
  const sealed = seal('a token', 'alice');
  expect(unseal(sealed, 'alice')).toBe('a token');
  expect(unseal(sealed, 'mallory')).toBeUndefined();
});

test('a changed or invalid seal contains no token', () => {
  const sealed = Buffer.from(seal('a token', 'alice'), 'base64url');
  sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
  expect(unseal(sealed.toString('base64url'), 'alice')).toBeUndefined();
  expect(unseal('a token', 'alice')).toBeUndefined();
  expect(unseal('', 'alice')).toBeUndefined();
});

test('the name does not reveal the ticket', () => {
  expect(nameOf('alice')).not.toContain('alice');
  expect(nameOf('alice')).not.toBe(nameOf('bob'));
});
