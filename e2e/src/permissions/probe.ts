/** How a command is given at an endpoint, and what comes of it. */
import { randomUUID } from 'node:crypto';
import { system } from '../system';
import { graph, grpc, httpOf, outcomeOf, rest } from './ask';
import type { Cell, Who } from './page';
import type { Things } from './things';
/** The outcome at this endpoint. */
export type Probe = (cell: Cell, endpoint: string, things: Things) => Promise<string>;

export const key = () => randomUUID();
export const code = async (reply: ReturnType<typeof rest>) => outcomeOf(await reply);
export const isRest = (endpoint: string) => endpoint.startsWith('REST ');
export const isGrpc = (endpoint: string) => endpoint.startsWith('gRPC ');

/** `REST GET /v1/orders/:id` about something; `realtime/…` and `bank/…` are at those processes. */
export function restAt(
  who: Who,
  endpoint: string,
  names: Record<string, string> = {},
  body?: unknown,
): Promise<string> {
  const [, method = 'GET', path = ''] = endpoint.split(' ');
  const named = path.replaceAll(/:(\w+)/g, (_, name: string) => names[name] ?? '');
  const address = named.replace(/^(realtime|bank)/, (name) =>
    name === 'realtime' ? (system().urls.realtime[0] ?? '') : httpOf('bank'),
  );
  return code(rest(who, method as 'GET', address, body));
}

export interface Simple {
  request?: (things: Things) => unknown;
  names?: (things: Things) => Record<string, string>;
  body?: (things: Things) => unknown;
  query?: string;
  variables?: (things: Things) => object;
}

/** The same whatever state it is in. */
export const simply =
  ({ request, names, body, query = '', variables }: Simple): Probe =>
  ({ who }, endpoint, things) => {
    if (isRest(endpoint)) return restAt(who, endpoint, names?.(things), body?.(things));
    if (isGrpc(endpoint)) return grpc(who, endpoint, request?.(things));
    return graph(who, query, variables?.(things));
  };

export const channelOf = (state: string) => (state === 'gallery' ? 'gallery' : 'customer:alice');
