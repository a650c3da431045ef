import { randomUUID } from 'node:crypto';
import { paymentsV1 } from '@halftone/contracts';
import { connectGrpc } from '@halftone/grpc';
import { runInCall } from '@halftone/service';
import { measure } from '../load.ts';
import type { Measured, Settings } from '../program.ts';

interface Target extends Settings {
  grpc: string;
  /** Access tokens of load-1, load-2 … */
  tokens: string[];
}

const patienceMs = 10_000;

/** A cent from one of the ten to the next, each with a key of its own. */
export async function run({ grpc, tokens, operations, concurrency }: Target): Promise<Measured> {
  const { client } = connectGrpc(paymentsV1.PaymentsServiceService, { url: grpc });
  return measure(operations, concurrency, (index) => {
    const [from, step] = [Math.abs(index) % tokens.length, 1 + (Math.abs(index * 7) % (tokens.length - 1))];
    const to = `load-${((from + step) % tokens.length) + 1}`;
    const request = { to, amount: 1, currency: 'USD', idempotencyKey: randomUUID() };
    return runInCall({ token: tokens[from] ?? '', deadline: Date.now() + patienceMs }, () =>
      client.createTransfer(request),
    );
  });
}
