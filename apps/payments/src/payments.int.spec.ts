import { paymentsV1 } from '@halftone/contracts';
import { connectGrpc } from '@halftone/grpc';
import { uuidv7 } from '@halftone/kernel';
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
import { payments } from './payments';

/** The service of `main.ts` with all its edges, but without a bank. */
let schema: FreshSchema;
let service: RunningService;
let grpc: ReturnType<typeof connectGrpc<typeof paymentsV1.PaymentsServiceService>>;
let token: string;

const { WALLET, BANK } = paymentsV1.PaymentMethod;

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
  grpc = connectGrpc(paymentsV1.PaymentsServiceService, { url: service.grpcUrl });
  token = await testToken('alice');
});
afterAll(async () => {
  grpc.close();
  await service.stop();
  await schema.drop();
});

const asAlice = <R>(work: () => Promise<R>) => runInCall({ token, deadline: Date.now() + 30_000 }, work);
const pay = (method: paymentsV1.PaymentMethod, idempotencyKey = uuidv7()) => {
  const charge = { amount: 1_000, currency: 'USD', description: 'a tip', orderId: '' };
  return asAlice(() => grpc.client.createPayment({ ...charge, method, idempotencyKey }));
};

test('a payment and its refund over gRPC, and both in the graph', async () => {
  const { payment } = await pay(WALLET);
  const id = payment?.id ?? '';
  const request = { paymentId: id, amount: 400, reason: 'a scratch', idempotencyKey: 'key-1' };
  const { refund } = await asAlice(() => grpc.client.createRefund(request));
  expect(refund).toMatchObject({ paymentId: id, amount: 400, refundable: 600 });
  expect(await asAlice(() => grpc.client.createRefund(request))).toEqual({ refund, replayed: true });
  expect(await asAlice(() => grpc.client.listRefunds({ paymentId: id, paymentIds: [] }))).toEqual({
    refunds: [refund],
  });

  const query = `{ me { payments { id method status refunded refunds { amount status reason } } } }`;
  const answer = await fetch(`${service.httpUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  const refunds = [{ amount: 400, status: 'COMPLETED', reason: 'a scratch' }];
  expect(await answer.json()).toEqual({
    data: { me: { payments: [{ id, method: 'WALLET', status: 'CAPTURED', refunded: 400, refunds }] } },
  });
});

test("one call lists the refunds of many payments, without other customers' payments", async () => {
  const refundOf = async (paymentId: string) => {
    const request = { paymentId, amount: 400, reason: 'a scratch', idempotencyKey: uuidv7() };
    return (await asAlice(() => grpc.client.createRefund(request))).refund;
  };
  const ids = [(await pay(WALLET)).payment?.id ?? '', (await pay(WALLET)).payment?.id ?? ''];
  const refunds = [await refundOf(ids[0] ?? ''), await refundOf(ids[1] ?? '')];
  const listOf = (paymentIds: string[]) => asAlice(() => grpc.client.listRefunds({ paymentId: '', paymentIds }));
  expect(await listOf([...ids, uuidv7(), 'no id'])).toEqual({ refunds });
  await expect(listOf(Array.from({ length: 101 }, () => uuidv7()))).rejects.toMatchObject({
    code: 'VALIDATION_FAILED',
  });
});

test('without a bank a payment fails immediately, and the key stays free', async () => {
  await expect(pay(BANK, 'key-2')).rejects.toMatchObject({ code: 'BANK_UNAVAILABLE' });
  await expect(pay(BANK, 'key-2')).rejects.toMatchObject({ code: 'BANK_UNAVAILABLE' });
  expect(await pay(WALLET, 'key-2')).toMatchObject({ replayed: false, payment: { amount: 1_000 } });
});
