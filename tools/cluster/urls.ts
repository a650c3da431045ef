/** Where the release is reached from this machine: its NodePorts. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Urls } from '../os/run-state.ts';
import { run } from '../os/program.ts';
import { list } from './kubectl.ts';
import { componentOf, type Node, type Service } from './objects.ts';
import type { Target } from './target.ts';

/** As of a system that `npm start` runs; `realtime` is one URL, behind which the replicas are. */
export interface ReleaseUrls extends Urls {
  prometheus?: string;
  grafana?: string;
  jaeger?: string;
}

/** Of the Services of type NodePort; rejects when an edge has none. */
export async function releaseUrls(target: Target): Promise<ReleaseUrls> {
  const services = await list<Service>(target, 'services');
  const host = await hostOf(target);
  const find = (component: string): string | undefined => {
    const service = services.find((one) => componentOf(one) === component && one.spec.type === 'NodePort');
    const port = service?.spec.ports.find(({ nodePort }) => nodePort !== undefined)?.nodePort;
    return port === undefined ? undefined : `http://${host}:${port}`;
  };
  const need = (component: string): string => {
    const url = find(component);
    if (url === undefined) throw new Error(`${component} has no NodePort in this release: install it with node ports`);
    return url;
  };
  const [page, prometheus] = [find('console'), find('prometheus')];
  const [grafana, jaeger] = [find('grafana'), find('jaeger')];
  return {
    gateway: need('gateway'),
    graphql: `${need('graph')}/graphql`,
    realtime: [need('realtime')],
    ...(page && { console: page }),
    ...(prometheus && { prometheus }),
    ...(grafana && { grafana }),
    ...(jaeger && { jaeger }),
  };
}

/** The address of the NodePorts: own clusters map them to this machine; other clusters use the address of a node. */
export async function hostOf({ way, context }: Target): Promise<string> {
  if (way !== 'context') return '127.0.0.1';
  const nodes = await run('kubectl', ['--context', context, 'get', 'nodes', '--output', 'json'], { timeoutMs: 30_000 });
  const addresses = (JSON.parse(nodes) as { items: Node[] }).items.flatMap(({ status }) => status.addresses ?? []);
  const of = (type: string) => addresses.find((one) => one.type === type)?.address;
  return of('ExternalIP') ?? of('InternalIP') ?? '127.0.0.1';
}

/** The path of each that answers 200 when it serves. */
const probes = (urls: ReleaseUrls): Record<string, string | undefined> => ({
  gateway: `${urls.gateway}/healthz/ready`,
  graph: urls.graphql.replace(/\/graphql$/, '/healthz/ready'),
  realtime: urls.realtime[0] && `${urls.realtime[0]}/healthz/ready`,
  console: urls.console && `${urls.console}/healthz/ready`,
  prometheus: urls.prometheus && `${urls.prometheus}/-/ready`,
  grafana: urls.grafana && `${urls.grafana}/api/health`,
  jaeger: urls.jaeger && `${urls.jaeger}/`,
});

/** Waits until each URL answers from this machine. Rejects with the URLs that failed, and the reasons. */
export async function waitUntilAnswering(
  urls: ReleaseUrls,
  withinMs = 30_000,
  signal?: AbortSignal,
): Promise<string[]> {
  const deadline = performance.now() + withinMs;
  const open = new Map(
    Object.entries(probes(urls)).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const names = [...open.keys()];
  while (open.size > 0) {
    const failures: string[] = [];
    for (const [name, url] of open) {
      const failure = await failureOf(url);
      if (failure === undefined) open.delete(name);
      else failures.push(`${name} (${url}): ${failure}`);
    }
    if (open.size > 0 && performance.now() > deadline) throw new Error(`no answer from ${failures.join('; ')}`);
    if (open.size > 0) await sleep(250, undefined, { signal });
  }
  return names;
}

async function failureOf(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(3_000) });
    await response.arrayBuffer();
    return response.ok ? undefined : `status ${response.status}`;
  } catch (error) {
    const { cause, message } = error as Error;
    return cause instanceof Error && cause.message ? cause.message : message;
  }
}
