{{/* Shared by the three engines: one pod with a fixed name, behind an address that outlives it. Takes (list root engine user). */}}
{{- define "halftone.engineHead" -}}
{{- $root := index . 0 -}}
{{- $engine := index . 1 -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "halftone.name" (list $root $engine) }}
  labels: {{ include "halftone.labels" (list $root $engine) | nindent 4 }}
spec:
  selector: {{ include "halftone.selector" (list $root $engine) | nindent 4 }}
  ports:
    - { name: {{ $engine }}, port: {{ include "halftone.port" (list $root $engine $engine) }}, targetPort: {{ $engine }} }
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ include "halftone.name" (list $root $engine) }}
  labels: {{ include "halftone.labels" (list $root $engine) | nindent 4 }}
spec:
  replicas: 1
  serviceName: {{ include "halftone.name" (list $root $engine) }}
  revisionHistoryLimit: 3
  selector:
    matchLabels: {{ include "halftone.selector" (list $root $engine) | nindent 6 }}
  template:
    metadata:
      labels: {{ include "halftone.podLabels" (list $root $engine) | nindent 8 }}
    spec:
      {{- include "halftone.podSecurity" (list $root (index . 2)) | nindent 6 }}
{{- end -}}

{{/* Probes of an engine by its own port. Starting may mean to recover: it is given five minutes. Takes the port's name. */}}
{{- define "halftone.engineProbes" -}}
startupProbe:
  tcpSocket: { port: {{ . }} }
  periodSeconds: 1
  failureThreshold: 300
readinessProbe:
  tcpSocket: { port: {{ . }} }
  periodSeconds: 3
  timeoutSeconds: 3
livenessProbe:
  tcpSocket: { port: {{ . }} }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- end -}}

{{/* Takes (list root engine). */}}
{{- define "halftone.engineClaim" -}}
{{- $root := index . 0 -}}
{{- $storage := (index $root.Values.engines (index . 1)).storage -}}
volumeClaimTemplates:
  - metadata:
      name: data
      labels: {{ include "halftone.selector" . | nindent 8 }}
    spec:
      accessModes: [ReadWriteOnce]
      {{- with $storage.className }}
      storageClassName: {{ . }}
      {{- end }}
      resources: { requests: { storage: {{ $storage.size }} } }
{{- end -}}
