{{/* Shared by Prometheus, Grafana and Jaeger. Takes (list root component user port [account]). */}}
{{- define "halftone.watcherHead" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- $settings := get $root.Values.observability $component -}}
{{- $open := and $settings.nodePort $root.Values.exposure.nodePorts.enabled -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "halftone.name" (list $root $component) }}
  labels: {{ include "halftone.labels" (list $root $component) | nindent 4 }}
spec:
  {{- if $open }}
  type: NodePort
  {{- end }}
  selector: {{ include "halftone.selector" (list $root $component) | nindent 4 }}
  ports:
    - name: http
      port: {{ index . 3 }}
      targetPort: http
      {{- if $open }}
      nodePort: {{ $settings.nodePort }}
      {{- end }}
    {{- if eq $component "jaeger" }}
    - { name: otlp-http, port: 4318, targetPort: otlp-http }
    {{- end }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "halftone.name" (list $root $component) }}
  labels: {{ include "halftone.labels" (list $root $component) | nindent 4 }}
spec:
  replicas: 1
  revisionHistoryLimit: 3
  # Two pods can't share its memory or its volume.
  strategy: { type: Recreate }
  selector:
    matchLabels: {{ include "halftone.selector" (list $root $component) | nindent 6 }}
  template:
    metadata:
      labels: {{ include "halftone.podLabels" (list $root $component) | nindent 8 }}
      annotations:
        checksum/config: {{ include "halftone.watcherConfig" (list $root $component) | sha256sum | trunc 16 | quote }}
    spec:
      {{- include "halftone.podSecurity" (concat (list $root (index . 2)) (slice . 4)) | nindent 6 }}
{{- end -}}

{{/* All that a watcher reads from files, so that a change of it starts the watcher anew. Takes (list root component). */}}
{{- define "halftone.watcherConfig" -}}
{{- $root := index . 0 -}}
{{- if eq (index . 1) "prometheus" }}{{ include "halftone.prometheusConfig" $root }}{{ ($root.Files.Glob "files/rules/*.yaml").AsConfig }}{{ end -}}
{{- if eq (index . 1) "grafana" }}{{ include "halftone.grafanaConfig" $root }}{{ ($root.Files.Glob "files/dashboards/*.json").AsConfig }}{{ end -}}
{{- end -}}

{{/* Takes (dict port started ready). */}}
{{- define "halftone.watcherProbes" -}}
startupProbe:
  httpGet: { port: {{ .port }}, path: {{ .started }} }
  periodSeconds: 1
  failureThreshold: 120
readinessProbe:
  httpGet: { port: {{ .port }}, path: {{ .ready }} }
  periodSeconds: 3
  timeoutSeconds: 3
livenessProbe:
  httpGet: { port: {{ .port }}, path: {{ .started }} }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- end -}}
