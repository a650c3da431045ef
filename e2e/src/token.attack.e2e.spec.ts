/** Tokens that were copied, outlived their role, or are for something else; on the running shop. */
import { jsonOf, send, type Reply } from '@halftone/proof/harness/clients/http.ts';
import { demoPassword } from '@halftone/tools/shop/settings.ts';
import { query, system } from './system';
import { foreignToken } from './tokens';

interface Tokens {
  accessToken: string;
  refreshToken: string;
}

const { gateway, graphql, realtime } = system().urls;

const post = (path: string, body: object, headers: Record<string, string> = {}): Promise<Reply> =>
  send(`${gateway}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const refresh = (refreshToken: string) => post('/v1/tokens', { refreshToken });
const signIn = async (customer: string) =>
  jsonOf<Tokens>(await post('/v1/tokens', { customer, password: demoPassword() }));
const roleIn = ({ accessToken }: Tokens) =>
  (JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()) as { role: string }).role;

test('who is no operator any more gets no operator tokens by an old refresh token', async () => {
  const tokens = await signIn('olga');
  expect(roleIn(tokens)).toBe('operator');
  await query(`UPDATE payments.customer SET role = 'customer' WHERE id = 'olga'`);
  try {
    expect(roleIn(jsonOf<Tokens>(await refresh(tokens.refreshToken)))).toBe('customer');
  } finally {
    await query(`UPDATE payments.customer SET role = 'operator' WHERE id = 'olga'`);
  }
});

test('a refresh token works once, and its copy ends the family', async () => {
  const { refreshToken } = await signIn('alice');
  const next = jsonOf<Tokens>(await refresh(refreshToken));
  expect((await refresh(refreshToken)).status).toBe(401);
  expect((await refresh(next.refreshToken)).status).toBe(401);
});

test('after a sign-out the refresh token is worth nothing', async () => {
  const { refreshToken } = await signIn('alice');
  expect((await post('/v1/tokens/revocation', { refreshToken })).status).toBe(204);
  expect((await refresh(refreshToken)).status).toBe(401);
});

describe.each<[string, () => Promise<string>]>([
  ['for nobody', async () => foreignToken(undefined)],
  ['for another service', async () => foreignToken('warehouse')],
  ['for the token endpoint', async () => foreignToken('halftone/tokens')],
  ['that renews others', async () => (await signIn('alice')).refreshToken],
])('a token of ours %s', (_what, tokenOf) => {
  const me = { query: '{ me { id } }' };
  test.each<[string, (headers: Record<string, string>) => Promise<Reply>]>([
    ['REST', (headers) => send(`${gateway}/v1/me`, { headers })],
    ['a ticket', (headers) => post('/v1/realtime/tickets', {}, headers)],
    [
      'realtime',
      (headers) => send(`${realtime[0]}/v1/events`, { headers: { accept: 'application/json', ...headers } }),
    ],
  ])('opens nothing: %s', async (_where, ask) => {
    expect((await ask({ authorization: `Bearer ${await tokenOf()}` })).status).toBe(401);
  });

  test('opens nothing: the graph', async () => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${await tokenOf()}` };
    const answer = await send(graphql, { method: 'POST', headers, body: JSON.stringify(me) });
    expect(answer.text).toContain('UNAUTHENTICATED');
    expect(answer.text).not.toContain('alice');
  });
});
