/** The judgement: of every pair that was tried, whether it connected exactly where it may. Pure. */
import { arrowsAmong, mayReach, type Arrow } from './arrows.ts';

/** Somewhere a connection can be opened to. */
export interface Place {
  /** A component; or `outside`, which nobody of the release may reach. */
  component: string;
  /** The pod or service, for people. */
  name: string;
  host: string;
  port: number;
  portName: string;
}

export interface Tried {
  source: { component: string; name: string };
  place: Place;
  /** `connected`, `silence`, or the error's code. */
  outcome: string;
}

export interface Judged {
  asked: number;
  /** Let through, as they should be. */
  open: number;
  /** May connect and did not. */
  missing: string[];
  /** Connected and must not. */
  leaks: string[];
  /** Arrows between components that are there which nobody tried: the test would say nothing about them. */
  untried: string[];
}

export const connected = ({ outcome }: Tried): boolean => outcome === 'connected';

export const isAllowed = ({ source, place }: Pick<Tried, 'source' | 'place'>): boolean =>
  mayReach(source.component, place.component, place.portName);

/** Whether it came out as it should. */
export const isRight = (tried: Tried): boolean => connected(tried) === isAllowed(tried);

const inWords = ({ source, place, outcome }: Tried): string =>
  `${source.name} → ${place.name}:${place.portName} (${place.host}:${place.port}) ${outcome}`;

const arrowInWords = ({ source, target, port }: Arrow): string => `${source} → ${target}:${port}`;

export function judge(tried: readonly Tried[], components: readonly string[]): Judged {
  const wrong = tried.filter((one) => !isRight(one));
  const seen = new Set(
    tried.map(({ source, place }) =>
      arrowInWords({ source: source.component, target: place.component, port: place.portName }),
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
