/** Renders, installs, upgrades, reads, tests and removes the Helm release. */
import { join } from 'node:path';
import type { CommandOptions } from '../os/command.ts';
import { CommandFailed } from '../os/command.ts';
import { root } from '../os/config.ts';
import { kubectl } from './kubectl.ts';
import { run } from '../os/program.ts';
import type { Target } from './target.ts';

const chart = join(root, 'helm/halftone');

export const profiles = ['core', 'full'] as const;
export type Profile = (typeof profiles)[number];

/** The parts that can be left out, each with its key in the values. */
export const optionalParts = {
  prometheus: 'observability.prometheus.enabled',
  grafana: 'observability.grafana.enabled',
  jaeger: 'observability.jaeger.enabled',
} as const;
export type OptionalPart = keyof typeof optionalParts;

export interface ReleaseOptions {
  profile?: Profile;
  /** Of our images; the chart's own version by default. */
  tag?: string | undefined;
  /** Files, as `helm --values`. */
  values?: readonly string[] | undefined;
  /** `key=value`, as `helm --set`. */
  set?: readonly string[] | undefined;
  without?: readonly OptionalPart[] | undefined;
}

/** Later values win: the profile, the parts left out, then the values of the caller. Pure. */
export function helmValues({ profile = 'core', tag, values = [], set = [], without = [] }: ReleaseOptions): string[] {
  const files = [...(profile === 'full' ? [join(chart, 'profiles/full.yaml')] : []), ...values];
  const pairs = [
    ...(tag === undefined ? [] : [`image.tag=${tag}`]),
    ...without.map((part) => `${optionalParts[part]}=false`),
    ...set,
  ];
  return [...files.flatMap((file) => ['--values', file]), ...pairs.flatMap((pair) => ['--set', pair])];
}

/** helm in the release's namespace. */
const helm = (target: Target, args: readonly string[], options?: CommandOptions): Promise<string> =>
  wholeFailure(run('helm', [...args, '--kube-context', target.context, '--namespace', target.namespace], options));

/** A failure says all that helm did: which value is wrong stands on lines of its own. */
const wholeFailure = (ran: Promise<string>): Promise<string> =>
  ran.catch((error: unknown) => {
    if (error instanceof CommandFailed && error.output.trim()) throw new Error(error.output.trim(), { cause: error });
    throw error;
  });

/** The Kubernetes version that templates are rendered for without a cluster. */
const assumedKubernetes = '1.34.0';

/** The manifest, without a cluster. */
export async function renderRelease({ release, namespace }: Target, options: ReleaseOptions): Promise<string> {
  const where = ['--namespace', namespace, '--kube-version', assumedKubernetes];
  return wholeFailure(run('helm', ['template', release, chart, ...where, ...helmValues(options)]));
}

/**
 * Installs, or upgrades what is there; does not wait for pods. Never interrupted: a helm that is killed leaves a release that
 * refuses the next upgrade, which is what the first step undoes.
 */
export async function installRelease(target: Target, options: ReleaseOptions): Promise<void> {
  await settlePending(target);
  await helm(target, ['upgrade', '--install', target.release, chart, '--reset-values', ...helmValues(options)]);
}

interface ReleaseState {
  status: string;
  revision: number;
}

/** Undefined when it is not installed. */
export async function releaseState(target: Target): Promise<ReleaseState | undefined> {
  const found = await helm(target, ['list', '--all', '--filter', `^${target.release}$`, '--output', 'json']);
  const [state] = JSON.parse(found) as { status: string; revision: string }[];
  return state && { status: state.status, revision: Number(state.revision) };
}

async function settlePending(target: Target): Promise<void> {
  const state = await releaseState(target);
  if (!state?.status.startsWith('pending-')) return;
  // The record of the step that never ended; what it has made already is adopted by the next one.
  await kubectl(target, ['delete', 'secret', `sh.helm.release.v1.${target.release}.v${state.revision}`]);
  // But for its Job: the next one has the same number, and a Job of another image can't be made of it.
  const job = `${target.release}-database-${state.revision}`;
  await kubectl(target, ['delete', 'job', job, '--ignore-not-found']);
}

/** The values that the release was installed with; pass them on as a file of values for an upgrade that changes one thing. */
export const releaseValues = async (target: Target): Promise<object> =>
  JSON.parse(await helm(target, ['get', 'values', target.release, '--output', 'json'])) as object;

/** To that revision, or to the one before the newest. */
export async function rollbackRelease(target: Target, revision?: number): Promise<void> {
  await helm(target, ['rollback', target.release, ...(revision === undefined ? [] : [String(revision)])]);
}

/** `helm test`: gives what the test said; rejects with it when it fails. (`--logs` knows Pods only, and the test is a Job.) */
export async function runHelmTest(target: Target, timeoutSeconds = 120): Promise<string> {
  const tested = helm(target, ['test', target.release, '--timeout', `${timeoutSeconds}s`]);
  const failure = await tested.then(
    () => undefined,
    (error: Error) => error,
  );
  const said = await kubectl(target, ['logs', `job/${target.release}-verify`]).catch(() => '');
  if (failure) throw new Error(`${failure.message}\n${said}`.trim(), { cause: failure });
  return said;
}

export async function uninstallRelease(target: Target): Promise<void> {
  if (await releaseState(target)) await helm(target, ['uninstall', target.release, '--wait', '--timeout', '120s']);
}
