/** A replica with a wrong setting waits, logs the reason, and works after the repair. */
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@halftone/tools/os/waiting.ts';
import { get, kubectl, listAll } from '@halftone/tools/cluster/kubectl.ts';
import { isReady, restartsOf, type Deployment, type Pod } from '@halftone/tools/cluster/objects.ts';
import type { Target } from '@halftone/tools/cluster/target.ts';
import { badInputs, type BadInput } from '../bad-input/cases.ts';
import { scratchLabel, scratchOf, wrongWhileWaiting } from '../bad-input/scratch.ts';
import { applyObjects } from '../network/test-pods.ts';
import type { Phase, PhaseContext } from '../phase.ts';

/** Longer than a liveness probe needs to restart it. */
const waitingMs = 20_000;

async function podOf(target: Target, { name }: BadInput): Promise<Pod | undefined> {
  const [pod] = await listAll<Pod>(target, ['pods', '--selector', `halftone-e2e-case=${name}`]);
  return pod;
}

const isUp = (pod: Pod | undefined): boolean => pod?.status.containerStatuses?.[0]?.state?.running !== undefined;

/** Of a line of the log what a person would read. */
function sayingOf(line: string): string {
  try {
    const { msg = '', reason = '' } = JSON.parse(line) as { msg?: string; reason?: string };
    return [msg, reason].filter(Boolean).join(': ').slice(0, 200);
  } catch {
    // Not JSON: shown as it is.
    return line.slice(0, 200);
  }
}

async function mustWait(target: Target, badInput: BadInput): Promise<string> {
  await eventually(`${badInput.name} to run`, async () => isUp(await podOf(target, badInput)) || undefined, {
    withinMs: 60_000,
    everyMs: 1000,
  });
  await sleep(waitingMs);
  const pod = await podOf(target, badInput);
  if (!pod) throw new Error(`${badInput.name} has no pod any more`);
  const log = await kubectl(target, ['logs', pod.metadata.name], { timeoutMs: 15_000 });
  const wrong = wrongWhileWaiting({ ready: isReady(pod), restarts: restartsOf(pod), log }, badInput.mustSay);
  if (wrong) throw new Error(wrong);
  return sayingOf(log.split('\n').find((line) => badInput.mustSay.test(line)) ?? '');
}

async function mustRecover(target: Target, badInput: BadInput): Promise<string> {
  const before = await podOf(target, badInput);
  await badInput.repair(target);
  const start = performance.now();
  const ready = async () => {
    const pod = await podOf(target, badInput);
    return pod && isReady(pod) ? pod : undefined;
  };
  const pod = await eventually(`${badInput.name} to be Ready`, ready, { withinMs: 90_000, everyMs: 500 });
  if (pod.metadata.uid !== before?.metadata.uid) throw new Error('it is another pod');
  if (restartsOf(pod) > 0) throw new Error(`it took ${restartsOf(pod)} restarts`);
  return `Ready after ${((performance.now() - start) / 1000).toFixed(1)} s, no restart`;
}

async function tryOne({ report, target }: PhaseContext, badInput: BadInput): Promise<void> {
  const waits = await report.check(`${badInput.what}: it waits and says so`, () => mustWait(target, badInput));
  if (waits) await report.check(`${badInput.what}: put right, it works`, () => mustRecover(target, badInput));
}

async function cleanUp(target: Target): Promise<void> {
  await kubectl(target, ['delete', 'deployments', '--selector', scratchLabel, '--cascade=foreground', '--timeout=60s']);
  await Promise.all(badInputs.map((badInput) => badInput.cleanUp(target)));
}

export const badInput: Phase = {
  name: 'bad-input',
  title: 'a pod with a wrong setting waits until it is repaired',
  needsRelease: true,
  run: async (context) => {
    const { target } = context;
    const original = await get<Deployment>(target, `deployment/${target.release}-orders`);
    try {
      await Promise.all(badInputs.map((one) => one.prepare(target)));
      await applyObjects(
        target,
        badInputs.map((one) => scratchOf(original, one.name, one.env(target))),
      );
      await Promise.all(badInputs.map((one) => tryOne(context, one)));
    } finally {
      await cleanUp(target);
    }
  },
};
