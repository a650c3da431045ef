/** Checks which pods the namespace admits and what they may do, by the API and from inside. */
import { kubectl, get, list, listAll } from '@halftone/tools/cluster/kubectl.ts';
import { componentOf, isOfJob, isReady, type Event, type Meta, type Pod } from '@halftone/tools/cluster/objects.ts';
import { refusalsAmong } from '../hardening/refusal.ts';
import { weaknessesOf } from '../hardening/weakness.ts';
import { isService } from '../network/arrows.ts';
import { imageWithNode } from '../release-image.ts';
import type { Phase, PhaseContext } from '../phase.ts';

const level = 'pod-security.kubernetes.io/enforce';

async function namespaceIsRestricted({ target }: PhaseContext): Promise<string> {
  const { metadata } = await get<{ metadata: Meta }>(target, `namespace/${target.namespace}`);
  const enforced = metadata.labels?.[level] ?? 'nothing';
  if (enforced !== 'restricted') throw new Error(`namespace ${target.namespace} enforces ${enforced}: ${level}`);
  return `${level}=${enforced}`;
}

/** The API server decides as for a real pod and keeps nothing. */
async function weakPodIsRefused({ target }: PhaseContext): Promise<string> {
  const image = await imageWithNode(target);
  const weak = ['run', 'e2e-weak', `--image=${image}`, '--dry-run=server', '--output=name'];
  const refusal = await kubectl(target, weak, { timeoutMs: 30_000 }).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  if (refusal === undefined) throw new Error('a pod without any hardening was let in');
  if (!/violates PodSecurity "restricted/.test(refusal)) throw new Error(`refused for another reason: ${refusal}`);
  return 'a pod without a security context is';
}

const podsOf = async ({ target }: PhaseContext): Promise<Pod[]> => list<Pod>(target, 'pods');

async function everyPodIsHardened(context: PhaseContext): Promise<string> {
  const pods = await podsOf(context);
  if (pods.length === 0) throw new Error('the release has no pod');
  const lacking = pods.flatMap((pod) =>
    weaknessesOf(pod, { endsByItself: isOfJob(pod), ours: isService(componentOf(pod)) }).map(
      (lacks) => `${pod.metadata.name} lacks ${lacks}`,
    ),
  );
  if (lacking.length > 0) throw new Error([`${lacking.length} gaps:`, ...lacking].join('\n'));
  const containers = pods.reduce((sum, { spec }) => sum + spec.containers.length, 0);
  return `${containers} containers of ${pods.length} pods: requests, limits, security context, probes`;
}

/** Fails if the security level, a quota or an admission hook refused an object. */
async function nothingWasRefused({ target }: PhaseContext): Promise<string> {
  const events = await listAll<Event>(target, ['events']);
  const refusals = refusalsAmong(events);
  if (refusals.length > 0) throw new Error(refusals.map(({ reason, message }) => `${reason}: ${message}`).join('\n'));
  return `${events.length} events read`;
}

/** Prints what went through of: a write to the root, to the app's folder, and becoming root. */
const escalationScript = `
const fs = require('node:fs');
const done = [];
for (const path of ['/e2e', '/app/e2e', '/usr/local/bin/e2e'])
  try { fs.writeFileSync(path, ''); done.push('wrote ' + path); } catch ({ code }) { if (code !== 'EROFS') done.push(path + ': ' + code); }
try { process.setuid(0); done.push('became root'); } catch {}
if (process.getuid() === 0) done.push('is root');
if (fs.existsSync('/var/run/secrets/kubernetes.io')) done.push('has a service account token');
console.log(JSON.stringify(done));`;

async function noServiceCanEscalate(context: PhaseContext): Promise<string> {
  const pods = (await podsOf(context)).filter((pod) => isReady(pod) && isService(componentOf(pod)));
  const oneOfEach = [...new Map(pods.map((pod) => [componentOf(pod), pod.metadata.name])).values()];
  if (oneOfEach.length === 0) throw new Error('no service is Ready');
  const found: string[] = [];
  for (const pod of oneOfEach) {
    const output = await kubectl(context.target, ['exec', pod, '--', 'node', '-e', escalationScript], {
      timeoutMs: 30_000,
    });
    found.push(...(JSON.parse(output) as string[]).map((what) => `${pod} ${what}`));
  }
  if (found.length > 0) throw new Error(found.join('\n'));
  return `${oneOfEach.length} services cannot write to their root, become root, or find a token`;
}

export const hardening: Phase = {
  name: 'hardening',
  title: 'restricted, and everything runs in it',
  needsRelease: true,
  run: async (context) => {
    const { report } = context;
    await report.check('the namespace is restricted', () => namespaceIsRestricted(context));
    await report.check('a pod that is not hardened is refused', () => weakPodIsRefused(context));
    await report.check('every container of every pod is hardened', () => everyPodIsHardened(context));
    await report.check('nothing of the release was refused', () => nothingWasRefused(context));
    await report.check('from inside, nothing can be overstepped', () => noServiceCanEscalate(context));
  },
};
