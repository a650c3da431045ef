/** Which cluster and which release is meant. Every call names its context, so that a context switched meanwhile does no harm. */
import { UsageError } from '../terminal/usage-error.ts';
import { environment } from '../os/config.ts';

export interface Target {
  /** `kind` and `minikube` are own clusters; `context` is an existing one, in which only the release is ours. */
  readonly way: 'kind' | 'minikube' | 'context';
  /** Of kubeconfig. */
  readonly context: string;
  readonly namespace: string;
  readonly release: string;
}

/** Of our own cluster, of the namespace (k8s/namespace.yaml) and of the release. */
export const ownName = 'halftone';

const names = { namespace: ownName, release: ownName } as const;

/** The kind cluster of k8s/kind.yaml. */
export const onKind: Target = { way: 'kind', context: `kind-${ownName}`, ...names };

export const onMinikube: Target = { way: 'minikube', context: ownName, ...names };

export interface TargetOptions {
  context?: string | undefined;
  minikube?: boolean | undefined;
}

/** The context of the command line, else KUBE_CONTEXT, else kind. */
export function targetOf({ context = environment['KUBE_CONTEXT'], minikube = false }: TargetOptions): Target {
  if (context && minikube)
    throw new UsageError('--minikube makes a cluster of its own; leave out --context and KUBE_CONTEXT');
  if (minikube) return onMinikube;
  if (!context || context === onKind.context) return onKind;
  return { way: 'context', context, ...names };
}
