/** The parts of Kubernetes objects that only these tests look at, on top of those of the cluster tools. */
import type { ContainerSpec, Pod, Service } from '@halftone/tools/cluster/objects.ts';

export interface Probe {
  httpGet?: { path: string };
  exec?: { command: string[] };
  tcpSocket?: object;
  grpc?: object;
}

export interface Capabilities {
  drop?: string[];
  add?: string[];
}

export interface SecurityContext {
  runAsNonRoot?: boolean;
  allowPrivilegeEscalation?: boolean;
  readOnlyRootFilesystem?: boolean;
  privileged?: boolean;
  seccompProfile?: { type: string };
  capabilities?: Capabilities;
}

export interface FullContainer extends ContainerSpec {
  ports?: { name?: string; containerPort: number; protocol?: string }[];
  securityContext?: SecurityContext;
  startupProbe?: Probe;
  readinessProbe?: Probe;
  livenessProbe?: Probe;
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
}

export interface FullPod extends Omit<Pod, 'spec'> {
  spec: Omit<Pod['spec'], 'containers' | 'initContainers'> & {
    containers: FullContainer[];
    initContainers?: FullContainer[];
    securityContext?: SecurityContext;
    serviceAccountName?: string;
    automountServiceAccountToken?: boolean;
    hostNetwork?: boolean;
  };
  status: Pod['status'] & {
    ephemeralContainerStatuses?: { name: string; state?: { terminated?: { exitCode: number }; running?: object } }[];
  };
}

export interface FullService extends Service {
  spec: Service['spec'] & {
    clusterIP?: string;
    ports: { name?: string; port: number; targetPort?: number | string; protocol?: string }[];
  };
}
