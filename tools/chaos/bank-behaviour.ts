/** Tells the bank to be slow, flaky or away, and to be well again. */
import type { Arena } from '../arena/arena.ts';
import { eventually } from '../client/retry.ts';
import { signIn } from '../client/session.ts';

const well = { latencyMs: 0, errorRate: 0, dropReplyRate: 0, down: false, hang: false };

export async function behave(
  arena: Arena,
  behaviour: Readonly<Record<string, number | boolean>>,
  meanwhile: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<boolean> {
  await tell(arena, { ...well, ...behaviour });
  try {
    await meanwhile();
    return true;
  } finally {
    if (!signal.aborted) await tell(arena, well);
  }
}

async function tell(arena: Arena, behaviour: object): Promise<void> {
  const operator = await signIn(arena.urls.gateway, 'olga');
  const { http } = arena.process({ name: 'bank', replica: 1 });
  const body = JSON.stringify(behaviour);
  await eventually('the bank to take its orders', async () => {
    const headers = { ...(await operator.authorization()), 'content-type': 'application/json' };
    const options = { method: 'PUT', headers, body, signal: AbortSignal.timeout(5_000) };
    const answer = await fetch(`${http}/operator/behaviour`, options).catch(() => undefined);
    if (answer && answer.status >= 400 && answer.status < 500) throw new Error(`the bank: ${await answer.text()}`);
    return answer?.ok || undefined;
  });
}
