/**
 * Who connects to whom in a release, from the table of the services. The policies that the chart renders are tested against it.
 *
 * Two copies of the table stay, because a check that read the table would agree with its mistakes: the values of the chart,
 * which helm reads, and the arrows of the network test (proof/kubernetes/network/arrows.ts). Specs hold both against the table.
 */
import { callsOf, topology } from './topology.ts';

export interface Arrow {
  source: string;
  target: string;
  /** The name of the target's container port: that of an engine is its own. */
  port: string;
}

/** Of the components that are no service of their own. */
const others: readonly (readonly [string, readonly string[]])[] = [
  ['images-worker', callsOf('images')],
  ['database', ['postgres']],
  ['verify', ['postgres', 'kafka']],
];

function arrowOf(source: string, call: string): Arrow {
  const [target = call, protocol] = call.split('.');
  if (protocol === undefined) return { source, target, port: target };
  return { source, target, port: protocol === 'grpc' ? 'grpc' : 'http' };
}

export const arrows: readonly Arrow[] = [
  ...topology.map(({ name, calls }) => [name, calls] as const),
  ...others,
].flatMap(([source, calls]) => calls.map((call) => arrowOf(source, call)));
