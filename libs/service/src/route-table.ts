/** A route as Fastify registers it: `/v1/orders/:id`, `/console/*`. */
export interface Route {
  method: string;
  url: string;
}

/** The methods of the resource at this URL; empty when there is no such resource. */
export function allowedMethods(routes: readonly Route[], url: string): string[] {
  const path = url.split('?', 1)[0] ?? url;
  const methods = routes.filter((route) => patternOf(route.url).test(path)).map(({ method }) => method);
  return [...new Set(methods)].sort();
}

function patternOf(url: string): RegExp {
  const parts = url.split(/(:\w+|\*)/).map((part) => {
    if (part === '*') return '.*';
    return part.startsWith(':') ? '[^/]+' : part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`);
}
