/** Judges every attempt: a pair must connect exactly where the table allows it. Pure. */
import { arrowsAmong, mayReach, type Arrow } from './arrows.ts';

/** Somewhere a connection can be opened to. */
export interface Endpoint {
  /** A component, or `outside`, which no pod of the release may reach. */
  component: string;
  /** The pod or service, for people. */
  name: string;
  host: string;
  port: number;
  portName: string;
}

export interface Attempt {
  source: { component: string; name: string };
  endpoint: Endpoint;
  /** `connected`, `silence`, or the error's code. */
  outcome: string;
}

export interface MatrixVerdict {
  asked: number;
  /** Connected and allowed. */
  open: number;
  /** Allowed, and did not connect. */
  missing: string[];
  /** Connected, and not allowed. */
  leaks: string[];
  /** Arrows between existing components that no attempt covers. */
  untried: string[];
}

export const connected = ({ outcome }: Attempt): boolean => outcome === 'connected';

const isAllowed = ({ source, endpoint }: Pick<Attempt, 'source' | 'endpoint'>): boolean =>
  mayReach(source.component, endpoint.component, endpoint.portName);

/** Whether the outcome is as allowed. */
export const isRight = (tried: Attempt): boolean => connected(tried) === isAllowed(tried);

const inWords = ({ source, endpoint, outcome }: Attempt): string =>
  `${source.name} → ${endpoint.name}:${endpoint.portName} (${endpoint.host}:${endpoint.port}) ${outcome}`;

const arrowInWords = ({ source, target, port }: Arrow): string => `${source} → ${target}:${port}`;

export function judge(tried: readonly Attempt[], components: readonly string[]): MatrixVerdict {
  const wrong = tried.filter((one) => !isRight(one));
  const seen = new Set(
    tried.map(({ source, endpoint }) =>
      arrowInWords({ source: source.component, target: endpoint.component, port: endpoint.portName }),
    ),
  );
  return {
    asked: tried.length,
    open: tried.filter((one) => connected(one) && isAllowed(one)).length,
    missing: wrong.filter((one) => !connected(one)).map(inWords),
    leaks: wrong.filter(connected).map(inWords),
    untried: arrowsAmong(components)
      .map(arrowInWords)
      .filter((arrow) => !seen.has(arrow)),
  };
}
