/** The parts of Kubernetes objects that the tools read, and what follows from them. Pure. */
export interface Meta {
  name: string;
  uid: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  creationTimestamp: string;
  deletionTimestamp?: string;
  ownerReferences?: { kind: string; name: string }[];
}

export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime: string;
}

export interface ContainerSpec {
  name: string;
  image: string;
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
}

export interface ContainerStatus {
  name: string;
  /** `containerd://ID`, once it was started. */
  containerID?: string;
  ready: boolean;
  restartCount: number;
  state?: {
    waiting?: { reason?: string; message?: string };
    running?: { startedAt: string };
    terminated?: { reason?: string; exitCode: number; message?: string };
  };
  lastState?: { terminated?: { reason?: string; exitCode: number } };
}

export interface Pod {
  metadata: Meta;
  spec: { containers: ContainerSpec[]; initContainers?: ContainerSpec[]; nodeName?: string };
  status: {
    phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
    podIP?: string;
    conditions?: Condition[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}

/** A Deployment or a StatefulSet. */
export interface Workload {
  kind: string;
  metadata: Meta & { generation: number };
  spec: { replicas: number };
  status: {
    observedGeneration?: number;
    replicas?: number;
    readyReplicas?: number;
    updatedReplicas?: number;
    availableReplicas?: number;
    currentRevision?: string;
    updateRevision?: string;
  };
}

export interface Job {
  metadata: Meta;
  status: { succeeded?: number; failed?: number; conditions?: Condition[] };
}

export interface Service {
  metadata: Meta;
  spec: { type: string; ports: { name?: string; port: number; nodePort?: number }[] };
}

export interface Event {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  count?: number;
  lastTimestamp?: string;
  eventTime?: string;
  involvedObject: { kind: string; name: string; uid?: string };
}

/** `orders`, `postgres`, `grafana` …; empty for what carries no such label. */
export const componentOf = ({ metadata }: { metadata: Meta }): string =>
  metadata.labels?.['app.kubernetes.io/component'] ?? '';

export const conditionOf = (pod: Pod, type: string): Condition | undefined =>
  pod.status.conditions?.find((condition) => condition.type === type);

/** Takes traffic, and is not on its way out. */
export const isReady = (pod: Pod): boolean =>
  !pod.metadata.deletionTimestamp && conditionOf(pod, 'Ready')?.status === 'True';

/** Whether a Job made it; such a pod ends and is never Ready. */
export const isOfJob = ({ metadata }: Pod): boolean =>
  metadata.ownerReferences?.some(({ kind }) => kind === 'Job') ?? false;

export const restartsOf = ({ status }: Pod): number =>
  (status.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);

/** All replicas run the newest template and take traffic, and no older one is left. */
export function isRolledOut({ kind, metadata, spec, status }: Workload): boolean {
  const { observedGeneration = 0, replicas = 0, readyReplicas = 0, updatedReplicas = 0 } = status;
  if (observedGeneration < metadata.generation || readyReplicas < spec.replicas || replicas !== spec.replicas)
    return false;
  if (kind === 'StatefulSet') return status.currentRevision === status.updateRevision;
  return updatedReplicas === spec.replicas && (status.availableReplicas ?? 0) === spec.replicas;
}

/** Seconds from the pod's creation until it took traffic; undefined while it does not. Whole seconds is all that is written down. */
export function startSecondsOf(pod: Pod): number | undefined {
  const ready = conditionOf(pod, 'Ready');
  if (ready?.status !== 'True') return undefined;
  return (Date.parse(ready.lastTransitionTime) - Date.parse(pod.metadata.creationTimestamp)) / 1000;
}
