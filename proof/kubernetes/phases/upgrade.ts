/** `helm upgrade` with other values and `helm rollback`, while orders are placed. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Order } from '../../harness/clients/api.ts';
import { signIn } from '../../harness/clients/session.ts';
import { cheapestProduct, photo, placeOrder, uploadAndWait, waitUntilFinal } from '../../harness/clients/shop.ts';
import { get, listAll } from '@halftone/tools/cluster/kubectl.ts';
import type { Deployment, Secret } from '@halftone/tools/cluster/objects.ts';
import { waitUntilReady } from '@halftone/tools/cluster/readiness.ts';
import { installRelease, releaseState, releaseValues, rollbackRelease } from '@halftone/tools/cluster/release.ts';
import type { Target } from '@halftone/tools/cluster/target.ts';
import { judgeEnd, mustBeGotOver } from '../disturbance/judge.ts';
import { Observer } from '../disturbance/observer.ts';
import { reasonsOf, recoveryOf } from '../recovery.ts';
import { fingerprintOf, lostBetween, type ReleaseFingerprint } from '../upgrade/release-fingerprint.ts';
import { mustHold, verifyInCluster } from '../verify-job.ts';
import type { Phase, PhaseContext } from '../phase.ts';

const changes = ['services.orders.env.LOG_LEVEL=debug', 'services.notifications.replicas=3'];

async function takeFingerprint(target: Target): Promise<ReleaseFingerprint> {
  const verdict = await verifyInCluster(target);
  mustHold(verdict);
  return fingerprintOf(await listAll<Secret>(target, ['secrets']), verdict);
}

async function upgrade(target: Target): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'halftone-e2e-'));
  try {
    const file = join(folder, 'previous.json');
    await writeFile(file, JSON.stringify(await releaseValues(target)));
    await installRelease(target, { values: [file], set: changes });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Seen {
  replicas: number | undefined;
  logLevel: string | undefined;
}

/** The current state of the two changed values. */
async function look(target: Target): Promise<Seen> {
  const of = (component: string) => get<Deployment>(target, `deployment/${target.release}-${component}`);
  const [orders, notifications] = await Promise.all([of('orders'), of('notifications')]);
  const env = orders.spec.template.spec.containers[0]?.env ?? [];
  return { replicas: notifications.spec.replicas, logLevel: env.find(({ name }) => name === 'LOG_LEVEL')?.value };
}

async function mustSee(target: Target, wanted: Seen): Promise<void> {
  const seen = await look(target);
  if (JSON.stringify(seen) !== JSON.stringify(wanted)) {
    throw new Error(`${JSON.stringify(seen)} where ${JSON.stringify(wanted)} was asked for`);
  }
}

/** Places an order now; the returned function checks it later. */
async function orderOfBefore(context: PhaseContext): Promise<() => Promise<string>> {
  const alice = await signIn((await context.urls()).gateway, 'alice');
  const imageId = await uploadAndWait(alice, await photo('rocket.jpg'));
  const { id } = await placeOrder(alice, imageId, (await cheapestProduct(alice)).id);
  const before = await waitUntilFinal(alice, id);
  return async () => {
    const after = await alice.get<Order>(`/v1/orders/${id}`);
    if (JSON.stringify(after) !== JSON.stringify(before)) throw new Error(JSON.stringify({ before, after }));
    return `order ${id} is what it was`;
  };
}

/** Runs the work while customers order, and reports the failed requests. */
async function observed(
  context: PhaseContext,
  observer: Observer,
  what: string,
  work: () => Promise<void>,
): Promise<string> {
  const { target, report, signal } = context;
  const from = Date.now();
  await work();
  const ready = await waitUntilReady(target);
  const readyAt = Date.now();
  await observer.untilStable(readyAt, signal);
  const recovery = recoveryOf({ what, from, until: Date.now(), readyAt }, observer);
  report.recovered(recovery);
  return `${ready} pods are Ready; ${mustBeGotOver(recovery, reasonsOf({ from, until: Date.now() }, observer))}`;
}

async function upgradeAndRollBack(context: PhaseContext, observer: Observer, before: Seen): Promise<void> {
  const { target, report } = context;
  const revision = (await releaseState(target))?.revision;
  await report.check('helm upgrade with other values', async () => {
    const cost = await observed(context, observer, 'helm upgrade', () => upgrade(target));
    await mustSee(target, { replicas: 3, logLevel: 'debug' });
    return cost;
  });
  await report.check('helm rollback', async () => {
    const cost = await observed(context, observer, 'helm rollback', () => rollbackRelease(target, revision));
    await mustSee(target, before);
    return cost;
  });
}

export const upgradeAndBack: Phase = {
  name: 'upgrade',
  title: 'helm upgrade and helm rollback',
  needsRelease: true,
  run: async (context) => {
    const { target, report } = context;
    const isStill = await orderOfBefore(context);
    const kept = await takeFingerprint(target);
    const observer = await Observer.start(await context.urls(), true, context.signal);
    try {
      await upgradeAndRollBack(context, observer, await look(target));
    } finally {
      await judgeEnd(report, await observer.end());
    }
    await report.check('no data lost, no secret changed', async () => {
      const lost = lostBetween(kept, await takeFingerprint(target));
      if (lost.length > 0) throw new Error(lost.join('\n'));
      return `${Object.keys(kept.secrets).length} Secrets, ${Object.keys(kept.counts).length} counts; ${await isStill()}`;
    });
  },
};
