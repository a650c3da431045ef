import type { RunningService } from '@halftone/service';

/** A registered route: `GET /v1/orders/:id`. */
export interface ServedRoute {
  readonly method: string;
  readonly path: string;
}

/**
 * All routes of a service except health and metrics, read from Fastify's own table (`/v1/payments/:id/refunds (GET,
 * HEAD, POST)`). A test that walks them cannot forget a new route.
 */
export function routesOf({ app }: RunningService): ServedRoute[] {
  const table: string = app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
  const routes: ServedRoute[] = [];
  const parts: string[] = [];
  for (const line of table.split('\n')) {
    const [, indent = '', part, methods] = /^([│ ]*)[├└]── (\S*)(?: \((.*)\))?$/.exec(line) ?? [];
    if (part === undefined) continue;
    parts.splice(indent.length / 4, Infinity, part);
    const path = parts.join('');
    if (methods && !isOperational(path)) routes.push(...methods.split(', ').map((method) => ({ method, path })));
  }
  return routes;
}

const isOperational = (path: string) => path.startsWith('/healthz') || path === '/metrics';

/** A URL path for the route, with the same valid id for every parameter. */
export const addressOf = ({ path }: ServedRoute): string =>
  path.replaceAll(/:\w+/g, '01920000-0000-7000-8000-000000000000');
