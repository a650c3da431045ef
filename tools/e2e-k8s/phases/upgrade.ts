/** `helm upgrade` from the values it was installed with to others, and `helm rollback`, while orders are placed. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Order } from '../../client/api.ts';
import { signIn } from '../../client/session.ts';
import { cheapestProduct, photo, placeOrder, uploadAndWait, waitUntilFinal } from '../../client/shop.ts';
import { get, listAll } from '../../cluster/kubectl.ts';
import { waitUntilReady } from '../../cluster/readiness.ts';
import { installRelease, releaseState, releaseValues, rollbackRelease } from '../../cluster/release.ts';
import type { Target } from '../../cluster/target.ts';
import { judgeEnd, mustBeGotOver } from '../disturbance/judge.ts';
import { Witness } from '../disturbance/witness.ts';
import { reasonsOf, recoveryOf } from '../recovery.ts';
import { keepsakeOf, lostBetween, type Keepsake, type Secret } from '../upgrade/keepsake.ts';
import { mustHold, verifyInCluster } from '../verify-job.ts';
import type { Phase, World } from '../world.ts';

const changes = ['services.orders.env.LOG_LEVEL=debug', 'services.notifications.replicas=3'];

async function keepsake(target: Target): Promise<Keepsake> {
  const verdict = await verifyInCluster(target);
  mustHold(verdict);
  return keepsakeOf(await listAll<Secret>(target, ['secrets']), verdict);
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
  replicas: number;
  logLevel: string | undefined;
}

interface Deployment {
  spec: {
    replicas: number;
    template: { spec: { containers: { env?: { name: string; value?: string }[] }[] } };
  };
}

/** What the two changed values have come to. */
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

/** An order of before that is asked for after. */
async function orderOfBefore(world: World): Promise<() => Promise<string>> {
  const alice = await signIn((await world.urls()).gateway, 'alice');
  const imageId = await uploadAndWait(alice, await photo('rocket.jpg'));
  const { id } = await placeOrder(alice, imageId, (await cheapestProduct(alice)).id);
  const before = await waitUntilFinal(alice, id);
  return async () => {
    const after = await alice.get<Order>(`/v1/orders/${id}`);
    if (JSON.stringify(after) !== JSON.stringify(before)) throw new Error(JSON.stringify({ before, after }));
    return `order ${id} is what it was`;
  };
}

/** Does it while customers order, and tells what that cost them. */
async function watched(world: World, witness: Witness, what: string, work: () => Promise<void>): Promise<string> {
  const { target, report, signal } = world;
  const from = Date.now();
  await work();
  const ready = await waitUntilReady(target);
  const readyAt = Date.now();
  await witness.untilQuiet(readyAt, signal);
  const recovery = recoveryOf({ what, from, until: Date.now(), readyAt }, witness);
  report.recovered(recovery);
  return `${ready} pods are Ready; ${mustBeGotOver(recovery, reasonsOf({ from, until: Date.now() }, witness))}`;
}

async function thereAndBack(world: World, witness: Witness, before: Seen): Promise<void> {
  const { target, report } = world;
  const revision = (await releaseState(target))?.revision;
  await report.check('helm upgrade with other values', async () => {
    const cost = await watched(world, witness, 'helm upgrade', () => upgrade(target));
    await mustSee(target, { replicas: 3, logLevel: 'debug' });
    return cost;
  });
  await report.check('helm rollback', async () => {
    const cost = await watched(world, witness, 'helm rollback', () => rollbackRelease(target, revision));
    await mustSee(target, before);
    return cost;
  });
}

export const upgradeAndBack: Phase = {
  name: 'upgrade',
  title: 'helm upgrade and helm rollback',
  needsRelease: true,
  run: async (world) => {
    const { target, report } = world;
    const isStill = await orderOfBefore(world);
    const kept = await keepsake(target);
    const witness = await Witness.begin(await world.urls(), true, world.signal);
    try {
      await thereAndBack(world, witness, await look(target));
    } finally {
      await judgeEnd(report, await witness.end());
    }
    await report.check('no data lost, no secret changed', async () => {
      const lost = lostBetween(kept, await keepsake(target));
      if (lost.length > 0) throw new Error(lost.join('\n'));
      return `${Object.keys(kept.secrets).length} Secrets, ${Object.keys(kept.counts).length} counts; ${await isStill()}`;
    });
  },
};
