import { paymentsV1 } from '@halftone/contracts';
import { connectGrpc } from '@halftone/grpc';
import { uuidv7 } from '@halftone/kernel';
import { Database } from '@halftone/postgres';
import { runInCall, type RunningService } from '@halftone/service';
import {
  bootService,
  engines,
  eventually,
  freePort,
  freshSchema,
  type FreshSchema,
  selfSigned,
  testToken,
} from '@halftone/testing';
import { payments } from './payments';
import type { PaymentsTables } from './tables';

let schema: FreshSchema;
let service: RunningService;
let grpc: ReturnType<typeof connectGrpc<typeof paymentsV1.PaymentsServiceService>>;
let token: string;
let database: Database<PaymentsTables>;

beforeAll(async () => {
  schema = await freshSchema('payments');
  const [bank, own] = await Promise.all(['bank', 'payments'].map(selfSigned));
  service = await bootService(payments, {
    DATABASE_URL: schema.url,
    KAFKA_BROKERS: engines().brokers.join(','),
    ORDERS_GRPC: `127.0.0.1:${await freePort()}`,
    BANK_URL: `http://127.0.0.1:${await freePort()}/bank`,
    BANK_CERT: bank?.certificate ?? '',
    BANK_CLIENT_CERT: own?.certificate ?? '',
    BANK_CLIENT_KEY: own?.key ?? '',
  });
  database = service.app.get<Database<PaymentsTables>>(Database);
  grpc = connectGrpc(paymentsV1.PaymentsServiceService, { url: service.grpcUrl });
  token = await testToken('alice');
});
afterAll(async () => {
  grpc.close();
  await service.stop();
  await schema.drop();
});

const asAlice = <R>(work: () => Promise<R>) => runInCall({ token, deadline: Date.now() + 30_000 }, work);
const pay = (description: string) => {
  const charge = { amount: 100, currency: 'USD', description, orderId: '', method: paymentsV1.PaymentMethod.WALLET };
  return asAlice(() => grpc.client.createPayment({ ...charge, idempotencyKey: uuidv7() }));
};
const stored = async () =>
  (await database.rows.selectFrom('payment').select('description').orderBy('id').execute()).map(
    ({ description }) => description.length,
  );

test('gRPC has the same limit for a description as REST, and the outbox continues', async () => {
  await expect(pay('x'.repeat(3_000_000))).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
  await expect(pay('x'.repeat(201))).rejects.toMatchObject({
    code: 'VALIDATION_FAILED',
    details: [{ path: 'description', message: expect.any(String) }],
  });
  await pay('x'.repeat(200));
  expect(await stored()).toEqual([200]);
  await eventually(async () => expect(await database.rows.selectFrom('outbox').select('id').execute()).toEqual([]));
});

test('a refund over gRPC has the same limits', async () => {
  const { payment } = await pay('to be given back');
  const request = { paymentId: payment?.id ?? '', amount: 1, idempotencyKey: uuidv7() };
  await expect(asAlice(() => grpc.client.createRefund({ ...request, reason: 'x'.repeat(201) }))).rejects.toMatchObject({
    code: 'VALIDATION_FAILED',
    details: [{ path: 'reason' }],
  });
});
