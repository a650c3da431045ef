/** `./halftone k8s up` from what is there to URLs that answer, and once more, which must change nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { currentCursor } from '../../harness/clients/listener.ts';
import { send } from '../../harness/clients/http.ts';
import { expecting, signIn } from '../../harness/clients/session.ts';
import { imagesOf, obtainImages } from '@halftone/tools/cluster/images.ts';
import { isOfJob } from '@halftone/tools/cluster/objects.ts';
import { pods } from '@halftone/tools/cluster/pods.ts';
import { optionalParts, releaseState, renderRelease, type OptionalPart } from '@halftone/tools/cluster/release.ts';
import type { ReleaseUrls } from '@halftone/tools/cluster/urls.ts';
import { up as k8sUp } from '@halftone/tools/cluster/up.ts';
import { Progress } from '@halftone/tools/terminal/progress.ts';
import type { Phase, PhaseContext } from '../phase.ts';

const parts = Object.keys(optionalParts) as OptionalPart[];

/** Parts of the full profile whose image neither docker nor a registry has: the rest is tested without them. */
async function missingParts({ target, report, signal }: PhaseContext): Promise<OptionalPart[]> {
  if (target.way === 'context') return [];
  const images = imagesOf(await renderRelease(target, { profile: 'full' }));
  const optional = images.filter((image) => parts.some((part) => image.includes(part)));
  const refused = await obtainImages(optional, () => undefined, { signal });
  const missing = parts.filter((part) => refused.some(({ image }) => image.includes(part)));
  for (const part of missing) {
    const { image, reason } = refused.find((one) => one.image.includes(part)) ?? { image: part, reason: '' };
    report.skip(`${part} in the release`, `its image ${image} can't be had here: ${reason}`);
  }
  return missing;
}

async function deploy(context: PhaseContext, without: OptionalPart[]): Promise<string> {
  const { target, signal } = context;
  const options = { target, profile: 'full', without, set: ['seed.loadCustomers=10'] } as const;
  const { ok, pods: ready, ms } = await k8sUp(options, new Progress(false), signal);
  if (!ok) throw new Error('k8s up failed; see its output above');
  return `${ready} pods, ${(ms / 1000).toFixed(0)} s since the command began`;
}

async function realAnswers({ gateway, graphql, realtime, prometheus }: ReleaseUrls): Promise<string> {
  const alice = await signIn(gateway, 'alice');
  await alice.get('/v1/products');
  const headers = { ...(await alice.authorization()), 'content-type': 'application/json' };
  const body = JSON.stringify({ query: '{ me { id } }' });
  const reply = expecting('GraphQL', await send(graphql, { method: 'POST', headers, body }), 200);
  if (!reply.text.includes('"alice"')) throw new Error(`GraphQL: ${reply.text.slice(0, 200)}`);
  await currentCursor(alice, realtime);
  if (prometheus) expecting('Prometheus', await send(`${prometheus}/api/v1/query?query=up`), 200);
  return [gateway, graphql, ...realtime, prometheus].filter(Boolean).join(', ');
}

/** Each install has a Job of its own that prepares the database. */
const idsOf = async ({ target }: PhaseContext): Promise<string[]> =>
  (await pods(target))
    .filter((pod) => pod.status.phase === 'Running' && !isOfJob(pod))
    .map(({ metadata }) => metadata.uid)
    .sort();

async function again(context: PhaseContext, without: OptionalPart[]): Promise<string> {
  const before = await idsOf(context);
  const revision = (await releaseState(context.target))?.revision ?? 0;
  await deploy(context, without);
  // A pod that the second install wanted replaced would be on its way by now.
  await sleep(2_000);
  const after = await idsOf(context);
  const changed = after.filter((id) => !before.includes(id)).length + before.filter((id) => !after.includes(id)).length;
  if (changed > 0) throw new Error(`${changed} pods were made or ended by an install that changes nothing`);
  return `revision ${revision} → ${(await releaseState(context.target))?.revision}, the same ${after.length} pods`;
}

export const up: Phase = {
  name: 'up',
  title: 'built, loaded, deployed',
  needsRelease: false,
  run: async (context) => {
    const { report } = context;
    const without = await missingParts(context);
    const isUp = await report.check('k8s up: all pods are Ready', () => deploy(context, without));
    if (!isUp) throw new Error('there is no release for the other phases');
    await report.check('the printed URLs answer', async () => realAnswers(await context.urls()));
    await report.check('once more changes nothing', () => again(context, without));
  },
};
