/**
 * The steps of `./halftone k8s up`. Each finds out what is there already, so that running it again is an upgrade, and an
 * interrupted run is finished by the next one. Cluster and images are made side by side.
 */
import { ensureCluster, ensureNamespace } from './cluster.ts';
import { imagesOf, loadImages } from './images.ts';
import { diagnose, NotReady, waitUntilReady } from './readiness.ts';
import { installRelease, renderRelease, type ReleaseOptions } from './release.ts';
import type { Target } from './target.ts';
import { hostOf, releaseUrls, waitUntilAnswering, type ReleaseUrls } from './urls.ts';
import { ensureImages } from '../build/images/images.ts';
import { beganAt, isLive } from '../terminal/terminal.ts';
import type { Describe, Progress } from '../terminal/progress.ts';
import { addresses } from './addresses.ts';
import { obtainForeign } from './foreign-images.ts';

export interface UpOptions extends ReleaseOptions {
  target: Target;
}

export interface Outcome {
  ok: boolean;
  ms: number;
  pods: number;
  urls?: ReleaseUrls;
}

export async function up(options: UpOptions, progress: Progress, signal: AbortSignal): Promise<Outcome> {
  const { target } = options;
  try {
    const { pods, urls } = await install(options, progress, signal);
    const ms = Date.now() - beganAt;
    progress.step({ step: 'up', ok: true, ms, detail: `${pods} pods` });
    for (const line of addresses(urls, target)) progress.note(line);
    return { ok: true, ms, pods, urls };
  } catch (error) {
    if (signal.aborted) progress.note('interrupted; what is made so far stays, and the next k8s up goes on from there');
    else progress.failure(error);
    if (error instanceof NotReady) for (const line of await diagnose(target)) progress.note(line);
    return { ok: false, ms: Date.now() - beganAt, pods: 0 };
  }
}

async function install(options: UpOptions, progress: Progress, outer: AbortSignal) {
  const { target } = options;
  const failed = new AbortController();
  const signal = AbortSignal.any([outer, failed.signal]);
  const [images] = await allOrNone(failed, [
    makeImages(options, progress, signal),
    makeCluster(target, progress, signal),
  ]);
  await progress.phase('load', async (describe) => {
    if (target.way === 'context') return describe('nothing: its nodes pull the images themselves');
    const loaded = await loadImages(target, images.all, { signal });
    describe(`${loaded.length} of ${images.all.length} images; the others were there`);
  });
  await progress.phase('install', async (describe) => {
    signal.throwIfAborted();
    await ensureNamespace(target);
    const ports = ['exposure.nodePorts.enabled=true', `exposure.nodePorts.host=${await hostOf(target)}`];
    await installRelease(target, { ...options, tag: images.tag, set: [...ports, ...(options.set ?? [])] });
    describe(`release ${target.release}, images ${images.tag}`);
  });
  const pods = await progress.phase('pods', (describe) => allReady(target, progress, describe, signal));
  const urls = await progress.phase('URLs', async (describe) => {
    const found = await releaseUrls(target);
    describe(`${(await waitUntilAnswering(found, 60_000, signal)).join(', ')} answer`);
    return found;
  });
  return { pods, urls };
}

/** The first failure ends the others and is thrown once they have ended. */
async function allOrNone<Results extends unknown[]>(
  failed: AbortController,
  works: { [Index in keyof Results]: Promise<Results[Index]> },
): Promise<Results> {
  const ended = works.map((work) => work.catch((error: unknown) => failed.abort(error)));
  return Promise.all(works).catch(async () => {
    await Promise.all(ended);
    throw failed.signal.reason;
  });
}

const makeCluster = (target: Target, progress: Progress, signal: AbortSignal): Promise<void> =>
  progress.phase('cluster', async (describe) => {
    describe(`making ${target.context}`);
    describe((await ensureCluster(target, signal)) ? `${target.context} made` : `${target.context} is there`);
  });

async function makeImages(options: UpOptions, progress: Progress, signal: AbortSignal) {
  const ended = (step: string, ms: number) => progress.note(`  … ${step} ${(ms / 1000).toFixed(1)} s`);
  const { tag, images } = await progress.phase('images', (describe) => ensureImages({ signal, describe, ended }));
  const all = imagesOf(await renderRelease(options.target, { ...options, tag }));
  // Our images are never pulled: that name on Docker Hub belongs to another owner.
  const foreign = all.filter((image) => !images.some(({ name }) => name === image));
  if (options.target.way !== 'context') {
    await progress.phase('other images', (describe) => obtainForeign(foreign, describe, signal));
  }
  return { tag, all };
}

/** Without a live terminal, prints now and then what is awaited. */
const noteEveryMs = 10_000;

async function allReady(target: Target, progress: Progress, describe: Describe, signal: AbortSignal): Promise<number> {
  let notedAt = Date.now();
  const pods = await waitUntilReady(target, {
    signal,
    describe: (text) => {
      describe(text);
      if (isLive || Date.now() - notedAt < noteEveryMs) return;
      notedAt = Date.now();
      progress.note(`  … ${text}`);
    },
  });
  describe(`${pods} pods are Ready`);
  return pods;
}
