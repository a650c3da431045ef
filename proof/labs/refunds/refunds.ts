/**
 * Goods for nothing: a customer orders, waits until the prints are shipped, and asks for the money back. With protection only an operator
 * gives it; without, a bug of the test build lets payments refund without a question to orders. The sandbox is the lab's own; nothing is left of it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openSandbox, type Sandbox } from '../../harness/sandbox/sandbox.ts';
import type { Order } from '../../harness/clients/api.ts';
import { codeOf, jsonOf, type Reply } from '../../harness/clients/http.ts';
import { expecting, signIn, type Session } from '../../harness/clients/session.ts';
import {
  balanceOf,
  cheapestProduct,
  photo,
  placeOrder,
  timelineOf,
  uploadAndWait,
  waitUntilFinal,
} from '../../harness/clients/shop.ts';
import { final, verify } from '../../verify/verify.ts';
import { attemptsOf, type Attempt, type Protection, type Seen } from './refunds-verdict.ts';

export interface RefundsOptions {
  note: (text: string) => void;
  seen: (seen: Seen) => void;
  signal: AbortSignal;
}

interface RefundContext {
  sandbox: Sandbox;
  customer: Session;
  operator: Session;
  imageId: string;
  product: string;
}

/** The refund without protection breaks invariants for good, so it comes last. */
const protections: readonly Protection[] = ['on', 'off'];
const bug = 'refund.order-unasked=bug';
const patienceMs = 10_000;

export async function refundsLab({ note, seen, signal }: RefundsOptions): Promise<Seen[]> {
  const sandbox = await openSandbox({
    name: 'lab-refunds',
    replicas: { realtime: 1, graph: 0, console: 0 },
    testBuild: true,
    note,
    signal,
  });
  try {
    const context = await signInAll(sandbox);
    const all: Seen[] = [];
    for (const protection of protections) {
      if (protection === 'off') await sandbox.arm({ name: 'payments', replica: 1 }, bug);
      for (const attempt of attemptsOf(protection)) {
        signal.throwIfAborted();
        const one = await refund(context, protection, attempt);
        seen(one);
        all.push(one);
      }
    }
    return all;
  } finally {
    await sandbox.close();
  }
}

async function signInAll(sandbox: Sandbox): Promise<RefundContext> {
  const { gateway } = sandbox.urls;
  const [customer, operator] = [await signIn(gateway, 'alice'), await signIn(gateway, 'olga')];
  const imageId = await uploadAndWait(customer, await photo('rocket.jpg'));
  return { sandbox, customer, operator, imageId, product: (await cheapestProduct(customer)).id };
}

async function refund(context: RefundContext, protection: Protection, attempt: Attempt): Promise<Seen> {
  const { sandbox, customer, imageId, product } = context;
  const { id, total } = await placeOrder(customer, imageId, product);
  await waitUntilFinal(customer, id);
  const { payments } = await timelineOf(customer, id);
  const payment = payments.find(({ status }) => status === 'captured');
  if (!payment) throw new Error(`order ${id} is shipped and nobody paid for it`);
  const before = await balanceOf(customer);
  const reply = await send[attempt](context, payment.id);
  const broken = await brokenAtRest(sandbox);
  const { status: order } = await customer.get<Order>(`/v1/orders/${id}`);
  return {
    ...{ protection, attempt, status: reply.status, code: codeOf(reply), total, order },
    back: (await balanceOf(customer)) - before,
    broken,
  };
}

/** Verify stops at an invariant that is broken for good, so it runs again while another may still settle. */
async function brokenAtRest({ sources }: Sandbox): Promise<string[]> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const { results } = await verify(sources, { patienceMs });
    const broken = results.filter(({ ok }) => !ok).map(({ invariant }) => invariant);
    if (broken.every((invariant) => final.has(invariant)) || performance.now() > end) return broken;
    await sleep(250);
  }
}

/** Each resolves with the answer to the customer. */
const send: Readonly<Record<Attempt, (context: RefundContext, paymentId: string) => Promise<Reply>>> = {
  refund: ({ customer }, paymentId) => customer.post(`/v1/payments/${paymentId}/refunds`, {}),
  'refund request that is refused': (context, paymentId) =>
    answered(context, paymentId, { answer: 'refuse', reason: 'the prints are as ordered' }),
  'refund request that is approved': (context, paymentId) => answered(context, paymentId, { answer: 'approve' }),
};

async function answered({ customer, operator }: RefundContext, paymentId: string, answer: object): Promise<Reply> {
  const reply = await customer.post(`/v1/payments/${paymentId}/refund-requests`, { reason: 'the prints are blurred' });
  const { id } = jsonOf<{ id: string }>(expecting('a refund request', reply, 201));
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'PUT', headers, body: JSON.stringify(answer) } as const;
  expecting('an answer', await operator.call(`/v1/refund-requests/${id}/answer`, request), 200);
  return reply;
}
