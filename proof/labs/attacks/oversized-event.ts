import { randomUUID } from 'node:crypto';
import { credentials, Metadata, status } from '@grpc/grpc-js';
import { paymentsV1 } from '@halftone/contracts';
import { type Attack, Tally } from './attack.ts';
import { keepBusy } from './raw-request.ts';

const description = 'x'.repeat(3 * 1024 * 1024);

export const oversizedEvent: Attack = {
  name: 'oversized-event',
  about: 'a payment with a description of 3 MiB by gRPC, whose event no broker takes',
  refusedBy: ['INVALID_ARGUMENT', 'RESOURCE_EXHAUSTED'],
  atMost: { OK: 0 },
  run: async ({ paymentsGrpc, token }, until) => {
    const tally = new Tally();
    const client = new paymentsV1.PaymentsServiceClient(paymentsGrpc, credentials.createInsecure());
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${token}`);
    const method = paymentsV1.PaymentMethod.WALLET;
    const once = () =>
      new Promise<string>((resolve) => {
        const asked = { amount: 1, currency: 'USD', description, orderId: '', method, idempotencyKey: randomUUID() };
        client.createPayment(paymentsV1.CreatePaymentRequest.fromPartial(asked), metadata, (error) => {
          resolve(tally.add(error ? (status[error.code] ?? String(error.code)) : 'OK'));
        });
      });
    await keepBusy(1, once, until);
    client.close();
    return tally.answers;
  },
};
