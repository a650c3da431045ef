/** The password of the demo customers of a release. The chart generates it, so it is only in the release's Secret. */
import { get, kubectl } from './kubectl.ts';
import type { Deployment } from './objects.ts';
import type { Target } from './target.ts';

const setting = 'SEED_PASSWORD';

/** Where the password is, by what payments reads; undefined for a release whose chart knew no such key. Pure. */
export const passwordKeyOf = ({ spec }: Deployment): { name?: string; key: string } | undefined =>
  spec.template.spec.containers.flatMap(({ env = [] }) => env).find(({ name }) => name === setting)?.valueFrom
    ?.secretKeyRef;

/** For people: the command that prints the password. Pure. */
export const passwordCommand = ({ context, namespace, release }: Target): string =>
  `kubectl --context ${context} -n ${namespace} get secret ${release}-secrets -o jsonpath='{.data.seed-password}' | base64 -d`;

/** From now on this command, and what it starts, signs in with the password of the release. */
export async function takeReleasePassword(target: Target): Promise<void> {
  const found = passwordKeyOf(await get<Deployment>(target, `deployment/${target.release}-payments`));
  if (!found?.name) return;
  const encoded = await kubectl(target, ['get', 'secret', found.name, '--output', `jsonpath={.data.${found.key}}`]);
  process.env[setting] = Buffer.from(encoded.trim(), 'base64').toString();
}
