import { generateKeyPairSync } from 'node:crypto';
import { accessToken, JWT_PUBLIC_KEY } from './fixture/tokens.fixture';
import { renderMetrics } from './metrics';
import { trustKey, verifyToken } from './token';

const tokenOf = (customer: string, expires: Date = new Date(Date.now() + 900_000)): Promise<string> =>
  accessToken({ sub: customer, iat: 0 }, expires);

/** The number of calls that needed no signature check. */
async function hits(tokens: readonly string[]): Promise<number> {
  const count = async () => {
    const { body } = await renderMetrics(undefined);
    return Number(/^access_tokens_total\{outcome="remembered"\} (\d+)$/m.exec(body)?.[1]);
  };
  const before = await count();
  for (const token of tokens) await verifyToken(token);
  return (await count()) - before;
}

const customers = async (count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, (_, number) => tokenOf(`customer-${number}`)));

beforeEach(() => trustKey(JWT_PUBLIC_KEY));

test('1,001 customers in turn: from the second round on no signature is checked', async () => {
  const tokens = await customers(1_001);
  expect(await hits(tokens)).toBe(0);
  expect(await hits(tokens)).toBe(1_001);
});

test('with more customers than fit, a good share is still found', async () => {
  const tokens = await customers(600);
  // Holds about 500.
  trustKey(JWT_PUBLIC_KEY, 500 * ((tokens[0] as string).length + 500));
  for (let round = 0; round < 3; round += 1) await hits(tokens);
  expect(await hits(tokens)).toBeGreaterThan(200);
});

test('a cached token expires', async () => {
  const expires = new Date(Date.now() + 60_000);
  const token = await tokenOf('alice', expires);
  await verifyToken(token);
  await expect(verifyToken(token, new Date(expires.getTime() + 1_000))).rejects.toMatchObject({
    code: 'TOKEN_EXPIRED',
  });
});

test('a new key invalidates the cached tokens of the old one', async () => {
  const token = await tokenOf('alice');
  await verifyToken(token);
  const other = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' });
  trustKey(other.toString('base64'));
  await expect(verifyToken(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('a forged token is rejected even when the genuine one is cached', async () => {
  const token = await tokenOf('alice');
  await verifyToken(token);
  const [head, , signature] = token.split('.');
  const claims = Buffer.from(JSON.stringify({ sub: 'olga', role: 'operator', typ: 'access', exp: 9_999_999_999 }));
  const forged = `${head}.${claims.toString('base64url')}.${signature}`;
  await expect(verifyToken(forged)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});
