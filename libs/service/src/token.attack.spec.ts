/** Tokens that the right key signed for another purpose. */
import { accessToken, JWT_PUBLIC_KEY } from './fixture/tokens.fixture';
import { callerOf, trustKey, verifyToken } from './token';

type Claims = Record<string, unknown>;

const sign = (claims: Claims) => accessToken({ role: 'operator', sub: 'olga', aud: undefined, ...claims });

beforeAll(() => trustKey(JWT_PUBLIC_KEY));

test('a token for the services of the shop is accepted', async () => {
  const token = await sign({ aud: 'halftone' });
  await expect(verifyToken(token)).resolves.toMatchObject({ principal: { customer: 'olga', role: 'operator' } });
});

test.each<[string, Claims]>([
  ['for nobody', {}],
  ['for another service', { aud: 'warehouse' }],
  ['for the token endpoint', { aud: 'halftone/tokens' }],
  ['for several others', { aud: ['warehouse', 'halftone/tokens'] }],
  ['for a service with the same name prefix', { aud: 'halftone-too' }],
  ['of another kind', { aud: 'halftone', typ: 'refresh' }],
  ['of another issuer', { aud: 'halftone', iss: 'warehouse' }],
])('a token %s is rejected', async (_what, claims) => {
  const token = await sign(claims);
  await expect(verifyToken(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(await callerOf(`Bearer ${token}`)).toMatchObject({ refused: { code: 'UNAUTHENTICATED' } });
});
