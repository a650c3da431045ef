{{/* Shared by all pods: an unprivileged user, and no token for the API unless it names who needs one. Takes (list root uid [account]). */}}
{{- define "halftone.podSecurity" -}}
{{- $root := index . 0 -}}
{{- $user := index . 1 -}}
{{- $account := ternary (last .) "" (gt (len .) 2) -}}
serviceAccountName: {{ $account | default (include "halftone.name" (list $root "pods")) }}
automountServiceAccountToken: {{ not (empty $account) }}
# Variables that Kubernetes makes of Services would be read as settings of Kafka.
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: {{ $user }}
  runAsGroup: {{ $user }}
  fsGroup: {{ $user }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "halftone.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{- define "halftone.emptyDir" -}}
- name: {{ index . 0 }}
  emptyDir: { sizeLimit: {{ index . 1 }} }
{{- end -}}

{{/* An entry of `services` over what all have; `env` and `podAnnotations` add up. Gives JSON. Takes (list root entry). */}}
{{- define "halftone.service" -}}
{{- $root := index . 0 -}}
{{- mergeOverwrite (deepCopy $root.Values.serviceDefaults) (deepCopy (index . 1)) | toJson -}}
{{- end -}}

{{/* Replicas that are always there, by a fixed number or by who scales. Takes a service. */}}
{{- define "halftone.atLeast" -}}
{{- $root := index . 0 -}}
{{- $service := index . 1 -}}
{{- if and $root.Values.autoscaling.enabled (or $service.autoscaling $service.keda) -}}
{{- ($service.keda | default $service.autoscaling).minReplicas -}}
{{- else -}}
{{- $service.replicas -}}
{{- end -}}
{{- end -}}
