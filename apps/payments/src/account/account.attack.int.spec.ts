/** Sign-ins and refresh tokens over gRPC, as the gateway uses them, and access tokens for another audience. */
import { paymentsV1 } from '@halftone/contracts';
import { connectGrpc } from '@halftone/grpc';
import { runInCall, type RunningService } from '@halftone/service';
import {
  bootService,
  engines,
  freePort,
  freshSchema,
  type FreshSchema,
  selfSigned,
  testToken,
} from '@halftone/testing';
import { payments } from '../payments';

let schema: FreshSchema;
let service: RunningService;
let accounts: ReturnType<typeof connectGrpc<typeof paymentsV1.AccountsServiceService>>;

beforeAll(async () => {
  schema = await freshSchema('payments');
  const [bank, own] = await Promise.all(['bank', 'payments'].map(selfSigned));
  service = await bootService(payments, {
    DATABASE_URL: schema.url,
    KAFKA_BROKERS: engines().brokers.join(','),
    BANK_URL: `http://127.0.0.1:${await freePort()}/bank`,
    BANK_CERT: bank?.certificate ?? '',
    BANK_CLIENT_CERT: own?.certificate ?? '',
    BANK_CLIENT_KEY: own?.key ?? '',
    ORDERS_GRPC: '127.0.0.1:1',
    SEED_PASSWORD: 'a-secret-of-its-own',
  });
  accounts = connectGrpc(paymentsV1.AccountsServiceService, { url: service.grpcUrl });
});
afterAll(async () => {
  accounts.close();
  await service.stop();
  await schema.drop();
});

const signIn = (password: string) => accounts.client.signIn({ customer: 'olga', password });

test('the known password is wrong when another one is configured', async () => {
  await expect(signIn('halftone')).rejects.toMatchObject({ code: 'WRONG_CREDENTIALS' });
});

test('a refresh token rotates once per request, and a copy of it revokes the family', async () => {
  const { grant } = await signIn('a-secret-of-its-own');
  expect(grant).toMatchObject({ customer: 'olga', role: paymentsV1.Role.OPERATOR, generation: 1 });
  const family = grant?.family ?? '';
  const rotate = (generation: number, idempotencyKey: string) =>
    accounts.client.rotateRefreshToken({ family, generation, idempotencyKey });
  const next = await rotate(1, 'key');
  expect(next.grant).toMatchObject({ generation: 2, issuedAt: expect.any(Date), expiresAt: expect.any(Date) });
  expect(await rotate(1, 'key')).toEqual(next);
  await expect(rotate(1, 'copy')).rejects.toMatchObject({ code: 'TOKEN_REVOKED' });
  await expect(rotate(2, 'key-2')).rejects.toMatchObject({ code: 'TOKEN_REVOKED' });
});

test('a revoked family gives no tokens, and revoking it twice or an unknown one is no error', async () => {
  const { grant } = await signIn('a-secret-of-its-own');
  const family = grant?.family ?? '';
  for (const each of [family, family, 'none']) await accounts.client.revokeTokenFamily({ family: each });
  const rotated = accounts.client.rotateRefreshToken({ family, generation: 1, idempotencyKey: '' });
  await expect(rotated).rejects.toMatchObject({ code: 'TOKEN_REVOKED' });
});

test.each(['halftone/tokens', 'warehouse'])('a valid token for audience %s is refused over gRPC', async (audience) => {
  const token = await testToken('olga', 'operator', 900, audience);
  const call = runInCall({ token }, () => accounts.client.getAccount({}));
  await expect(call).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});
