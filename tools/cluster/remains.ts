/** Looks for what a cluster or a release may have left behind; each finding says how to remove it. */
import { clusterExists } from './cluster.ts';
import { run } from '../os/program.ts';
import type { Volume } from './objects.ts';
import { ownName, type Target } from './target.ts';

const lines = (text: string): string[] => text.split('\n').filter(Boolean);

/** kind and minikube label the containers that are their nodes. */
const labels = [`io.x-k8s.kind.cluster=${ownName}`, `name.minikube.sigs.k8s.io=${ownName}`];

async function nodes(): Promise<string[]> {
  const found = labels.map((label) => run('docker', ['ps', '--all', '--quiet', '--filter', `label=${label}`]));
  return (await Promise.all(found)).flatMap(lines);
}

/** The volumes the nodes keep their data in: their names do not show the owner, so read them before the nodes are removed. */
export async function nodeVolumes(): Promise<string[]> {
  const ids = await nodes();
  if (ids.length === 0) return [];
  const template = '{{range .Mounts}}{{if eq .Type "volume"}}{{println .Name}}{{end}}{{end}}';
  return lines(await run('docker', ['inspect', '--format', template, ...ids]));
}

export async function leftOfCluster(target: Target, volumes: readonly string[]): Promise<string[]> {
  const all = lines(await run('docker', ['volume', 'ls', '--quiet']));
  const contexts = lines(await run('kubectl', ['config', 'get-contexts', '--output', 'name']).catch(() => ''));
  return [
    ...((await clusterExists(target)) ? [`the cluster ${target.context}`] : []),
    ...(await nodes()).map((id) => `container ${id}: docker rm --force --volumes ${id}`),
    ...volumes.filter((volume) => all.includes(volume)).map((volume) => `volume ${volume}: docker volume rm ${volume}`),
    ...(contexts.includes(target.context)
      ? [`context ${target.context}: kubectl config delete-context ${target.context}`]
      : []),
  ];
}

export async function leftOfRelease({ context, namespace }: Target): Promise<string[]> {
  const at = ['--context', context];
  const found = await run('kubectl', [...at, 'get', 'namespace', namespace, '--ignore-not-found', '--output', 'name']);
  const { items } = JSON.parse(await run('kubectl', [...at, 'get', 'pv', '--output', 'json'])) as { items: Volume[] };
  // A volume that is deleted with its claim may need a moment longer than the claim.
  const kept = items.filter(
    ({ spec }) => spec.claimRef?.namespace === namespace && spec.persistentVolumeReclaimPolicy !== 'Delete',
  );
  return [
    ...lines(found),
    ...kept.map(
      ({ metadata }) => `persistentvolume/${metadata.name}: kubectl --context ${context} delete pv ${metadata.name}`,
    ),
  ];
}
