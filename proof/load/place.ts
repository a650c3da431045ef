/** The system under load. */
import { useSystem } from '@halftone/tools/shop/use-system.ts';
import type { Urls } from '@halftone/tools/os/run-state.ts';
import { UsageError } from '@halftone/tools/terminal/usage-error.ts';
import type { Asked } from './options.ts';

export interface Place {
  urls: Urls;
  /** The orders service, where gRPC is reachable from here. */
  grpc?: string | undefined;
}

/** The node ports of the chart: from one URL follow the others. */
const nodePorts = { gateway: '30080', graph: '30081', realtime: '30090' } as const;

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');
const graphqlOf = (url: string): string => (new URL(url).pathname === '/' ? `${withoutSlash(url)}/graphql` : url);

function checked(option: string, url: string): string {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new UsageError(`${option} ${url}: an address like http://127.0.0.1:${nodePorts.gateway} is wanted`);
  }
  return withoutSlash(url);
}

function urlOfSameCluster(gateway: string, name: keyof typeof nodePorts): string | undefined {
  const url = new URL(gateway);
  if (url.port !== nodePorts.gateway) return undefined;
  url.port = nodePorts[name];
  return withoutSlash(url.href);
}

/** From the command line alone; undefined when it names no system. Pure. */
export function placeAsked({
  url,
  graph,
  realtime,
  grpc,
}: Pick<Asked, 'url' | 'graph' | 'realtime' | 'grpc'>): Place | undefined {
  if (url === undefined) {
    if (graph ?? realtime) throw new UsageError('--graph and --realtime belong to a system whose gateway --url names');
    return undefined;
  }
  const gateway = checked('--url', url);
  const graphUrl = graph ?? urlOfSameCluster(gateway, 'graph');
  const realtimeUrls = realtime ?? urlOfSameCluster(gateway, 'realtime');
  if (!graphUrl || !realtimeUrls) {
    throw new UsageError(`where are the graph and realtime of ${gateway}? Give --graph URL and --realtime URL[,URL]`);
  }
  return {
    urls: {
      gateway,
      graphql: graphqlOf(checked('--graph', graphUrl)),
      realtime: realtimeUrls.split(',').map((one) => checked('--realtime', one)),
    },
    grpc,
  };
}

/** The system named, else the one that runs, else one started now; `stop` ends only the last. */
export async function findPlace(asked: Asked, say: (text: string) => void): Promise<Place & { stop(): Promise<void> }> {
  const place = placeAsked(asked);
  if (place) return { ...place, stop: () => Promise.resolve() };
  say('finding the system that npm start runs, else starting one');
  const { run, stop } = await useSystem();
  const grpc = asked.grpc ?? run.services.find(({ name }) => name === 'orders')?.grpc;
  return { urls: run.urls, grpc, stop };
}
