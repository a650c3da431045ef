/** The Kubernetes objects that the tools read, and what follows from them. Pure. */
import type {
  CoreV1Event,
  V1Container,
  V1ContainerStatus,
  V1DeploymentSpec,
  V1DeploymentStatus,
  V1JobStatus,
  V1NodeStatus,
  V1ObjectMeta,
  V1PersistentVolumeSpec,
  V1PodCondition,
  V1PodSpec,
  V1PodStatus,
  V1Secret,
  V1ServicePort,
  V1ServiceSpec,
  V1StatefulSetStatus,
} from '@kubernetes/client-node';

/** An object as kubectl prints it: a time is text, and `_from`, the client's name for a reserved word, is `from`. */
export type Json<T> = T extends Date
  ? string
  : T extends (infer Item)[]
    ? Json<Item>[]
    : T extends object
      ? { [Key in keyof T as Key extends `_${infer Name}` ? Name : Key]: Json<T[Key]> }
      : T;

/** The client declares as optional what the API server always writes. */
type Written<T, Key extends keyof T> = T & { [Name in Key]-?: Exclude<T[Name], undefined> };

export type Meta = Written<Json<V1ObjectMeta>, 'name' | 'uid' | 'creationTimestamp'>;
export type Condition = Written<Json<V1PodCondition>, 'lastTransitionTime'>;
export type ContainerSpec = Written<Json<V1Container>, 'image'>;
export type ContainerStatus = Pick<Json<V1ContainerStatus>, 'name' | 'containerID' | 'ready' | 'restartCount'> & {
  [Key in 'state' | 'lastState']?: Json<V1ContainerStatus>[Key];
};

type Containers = { containers: ContainerSpec[]; initContainers?: ContainerSpec[] };
type Statuses = {
  conditions?: Condition[];
  containerStatuses?: ContainerStatus[];
  initContainerStatuses?: ContainerStatus[];
};

export interface Pod {
  metadata: Meta;
  spec: Omit<Json<V1PodSpec>, keyof Containers> & Containers;
  status: Written<Omit<Json<V1PodStatus>, keyof Statuses>, 'phase'> & Statuses;
}

/** A Deployment or a StatefulSet. */
export interface Workload {
  kind: string;
  metadata: Written<Meta, 'generation'>;
  spec: Written<Json<Pick<V1DeploymentSpec, 'replicas'>>, 'replicas'>;
  status: Partial<Json<V1DeploymentStatus & V1StatefulSetStatus>>;
}

/** With the pods that it makes. */
export interface Deployment {
  metadata: Pick<Meta, 'name' | 'namespace'>;
  spec: Omit<Json<V1DeploymentSpec>, 'template'> & {
    template: { metadata: Json<V1ObjectMeta>; spec: Json<V1PodSpec> };
  };
}

export interface Job {
  metadata: Meta;
  status: Json<V1JobStatus>;
}

export interface Service {
  metadata: Meta;
  spec: Omit<Json<V1ServiceSpec>, 'ports'> & { ports: Json<V1ServicePort>[] };
}

export type Secret = Pick<Json<V1Secret>, 'type' | 'data'> & { metadata: Pick<Meta, 'name'> };

export interface Node {
  status: Json<V1NodeStatus>;
}

export interface Volume {
  metadata: Meta;
  spec: Json<V1PersistentVolumeSpec>;
}

export type Event = Written<Json<Omit<CoreV1Event, 'metadata' | 'involvedObject'>>, 'type' | 'reason' | 'message'> & {
  involvedObject: { kind?: string; name: string; uid?: string };
};

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
