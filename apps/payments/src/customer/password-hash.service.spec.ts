import { hashPassword, passwordMatches } from './password-hash.service';

test('only the right password matches a hash', async () => {
  const stored = await hashPassword('halftone');
  await expect(passwordMatches('halftone', stored)).resolves.toBe(true);
  await expect(passwordMatches('Halftone', stored)).resolves.toBe(false);
  await expect(passwordMatches('', stored)).resolves.toBe(false);
});

test('the same password has another hash each time', async () => {
  expect(await hashPassword('halftone')).not.toBe(await hashPassword('halftone'));
});
