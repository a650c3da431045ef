import type { RunningService } from '@halftone/service';
import { addressOf, routesOf, type ServedRoute } from './routes-of';

interface UnknownParameterOptions {
  /** Headers of every request: the token, and what the route requires. */
  headers?: Readonly<Record<string, string>>;
  /** Content type of the body per route path; JSON for the others. */
  types?: Readonly<Record<string, string>>;
  /** Selects the routes; all when absent. */
  only?: (route: ServedRoute) => boolean;
}

const json = { 'content-type': 'application/json' };

/**
 * Sends an unknown query parameter to every route. `answers` has one line per route. `expected` has the line of a
 * correct refusal of that parameter.
 */
export async function askUnknownParameter(
  service: RunningService,
  { headers = {}, types = {}, only = () => true }: UnknownParameterOptions = {},
): Promise<{ answers: string[]; expected: string[] }> {
  const routes = routesOf(service).filter(only);
  if (routes.length === 0) throw new Error('no route matches');
  const ask = async (route: ServedRoute) => {
    const type = types[route.path];
    const answer = await fetch(`${service.httpUrl}${addressOf(route)}?nonsense=1`, {
      method: route.method,
      redirect: 'manual',
      ...(hasBody(route) && { body: '{}' }),
      headers: { ...headers, ...(hasBody(route) && (type === undefined ? json : { 'content-type': type })) },
    });
    const { code, errors } = problemIn(await answer.text());
    return lineOf(route, answer.status, route.method === 'HEAD' ? undefined : { code, errors });
  };
  return {
    answers: await Promise.all(routes.map(ask)),
    expected: routes.map((route) => lineOf(route, 400, route.method === 'HEAD' ? undefined : refusal)),
  };
}

const refusal = { code: 'VALIDATION_FAILED', errors: [{ path: 'nonsense', message: 'unknown parameter' }] };

const hasBody = ({ method }: ServedRoute) => ['POST', 'PUT', 'PATCH'].includes(method);

const lineOf = ({ method, path }: ServedRoute, status: number, problem: unknown = '') =>
  `${method} ${path}: ${status} ${JSON.stringify(problem)}`;

function problemIn(text: string): { code?: unknown; errors?: unknown } {
  try {
    const { code, errors } = JSON.parse(text);
    return { code, errors };
  } catch {
    // Not a problem document: the line then differs from the expected one.
    return { code: text };
  }
}
