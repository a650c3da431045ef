/** Makes the bank slow, flaky or unavailable, and healthy again. */
import type { Sandbox } from '../harness/sandbox/sandbox.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import { signIn } from '../harness/clients/session.ts';

const well = { latencyMs: 0, errorRate: 0, dropReplyRate: 0, down: false, hang: false };

export async function withBankBehaviour(
  sandbox: Sandbox,
  behaviour: Readonly<Record<string, number | boolean>>,
  meanwhile: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<boolean> {
  await setBehaviour(sandbox, { ...well, ...behaviour });
  try {
    await meanwhile();
    return true;
  } finally {
    if (!signal.aborted) await setBehaviour(sandbox, well);
  }
}

async function setBehaviour(sandbox: Sandbox, behaviour: object): Promise<void> {
  const operator = await signIn(sandbox.urls.gateway, 'olga');
  const { http } = sandbox.process({ name: 'bank', replica: 1 });
  const body = JSON.stringify(behaviour);
  await eventually('the bank to accept its behaviour', async () => {
    const headers = { ...(await operator.authorization()), 'content-type': 'application/json' };
    const options = { method: 'PUT', headers, body, signal: AbortSignal.timeout(5_000) };
    // The bank may be restarting: try again.
    const answer = await fetch(`${http}/operator/behaviour`, options).catch(() => undefined);
    if (answer && answer.status >= 400 && answer.status < 500) throw new Error(`the bank: ${await answer.text()}`);
    return answer?.ok || undefined;
  });
}
