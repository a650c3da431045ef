/** kubectl against one target; objects come as JSON. */
import type { CommandOptions } from '../os/command.ts';
import { run } from '../os/program.ts';
import type { Target } from './target.ts';

/** In the release's namespace. */
export const kubectl = (target: Target, args: readonly string[], options?: CommandOptions): Promise<string> =>
  run('kubectl', ['--context', target.context, '--namespace', target.namespace, ...args], options);

/** Of the release only: `list<Pod>(target, 'pods')`; with a selector narrower, `list(target, 'pods', 'app.kubernetes.io/component=orders')`. */
export async function list<Item>(target: Target, resource: string, selector?: string): Promise<Item[]> {
  const labels = [`app.kubernetes.io/instance=${target.release}`, ...(selector ? [selector] : [])];
  return listAll<Item>(target, [resource, '--selector', labels.join(',')]);
}

/** Lists objects of the namespace; the arguments are those of kubectl get. */
export async function listAll<Item>(target: Target, args: readonly string[]): Promise<Item[]> {
  const text = await kubectl(target, ['get', ...args, '--output', 'json'], { timeoutMs: 30_000 });
  return (JSON.parse(text) as { items: Item[] }).items;
}

/** `get<Workload>(target, 'deployment/halftone-orders')` */
export async function get<Item>(target: Target, name: string): Promise<Item> {
  return JSON.parse(await kubectl(target, ['get', name, '--output', 'json'], { timeoutMs: 30_000 })) as Item;
}

/** The object or list that the API server has at this path. */
export async function getRaw<Answer>(target: Target, path: string): Promise<Answer> {
  return JSON.parse(await kubectl(target, ['get', '--raw', path], { timeoutMs: 30_000 })) as Answer;
}

/** Whether the context exists and its API server answers. */
export const answers = (target: Target): Promise<boolean> =>
  kubectl(target, ['get', '--raw', '/readyz'], { timeoutMs: 10_000 }).then(
    () => true,
    () => false,
  );
