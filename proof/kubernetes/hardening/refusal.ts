import type { Event } from '@halftone/tools/cluster/objects.ts';

/**
 * The API server may ask the node's authorizer before its graph holds the new claim; the kubelet tries the mount again within seconds.
 * Source: Kubernetes, "Using Node Authorization".
 */
const NODE_NOT_YET_RELATED = /User "system:node:.*no relationship found between node/;

/** The events that show a refusal by pod security, a quota or an admission hook. */
export const refusalsAmong = (events: readonly Event[]): Event[] =>
  events.filter(
    ({ reason, message }) =>
      (reason === 'FailedCreate' || /forbidden|violates PodSecurity|admission webhook/.test(message)) &&
      !NODE_NOT_YET_RELATED.test(message),
  );
