{{/* The name of a component's objects. Takes (list root component). */}}
{{- define "halftone.name" -}}
{{- $root := index . 0 -}}
{{- printf "%s-%s" $root.Release.Name (index . 1) | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* The labels that select a component's pods; they never change during a release's life. Takes (list root component). */}}
{{- define "halftone.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: halftone
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* Of a pod. Nothing here changes from one version of ours to the next, which would start the engines anew. Takes (list root component). */}}
{{- define "halftone.podLabels" -}}
{{ include "halftone.selector" . }}
app.kubernetes.io/part-of: halftone
{{- end -}}

{{- define "halftone.labels" -}}
{{- $root := index . 0 -}}
{{ include "halftone.podLabels" . }}
app.kubernetes.io/version: {{ include "halftone.tag" $root | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version }}
{{- end -}}

{{- define "halftone.tag" -}}
{{- .Values.image.tag | default .Chart.AppVersion -}}
{{- end -}}

{{/* One of our own images. Takes (list root app). */}}
{{- define "halftone.image" -}}
{{- $root := index . 0 -}}
{{- with $root.Values.image.registry }}{{ trimSuffix "/" . }}/{{ end -}}
halftone/{{ index . 1 }}:{{ include "halftone.tag" $root }}
{{- end -}}

{{- define "halftone.secret" -}}
{{- .Values.secrets.existingSecret | default (include "halftone.name" (list . "secrets")) -}}
{{- end -}}

{{/* Environment variables from the Secret. Takes (list root (dict NAME key …)). */}}
{{- define "halftone.secretEnv" -}}
{{- $root := index . 0 -}}
{{- range $name, $key := index . 1 }}
- name: {{ $name }}
  valueFrom: { secretKeyRef: { name: {{ include "halftone.secret" $root }}, key: {{ $key }} } }
{{- end }}
{{- end -}}

{{/* The address under which people reach an exposed service. Takes (list root service). */}}
{{- define "halftone.url" -}}
{{- $root := index . 0 -}}
{{- $service := index . 1 -}}
{{- with $root.Values.exposure -}}
{{- if get $root.Values.publicUrls $service -}}
{{ get $root.Values.publicUrls $service | trimSuffix "/" }}
{{- else if and .ingress.enabled .ingress.hostname -}}
{{ ternary "https" "http" (not (empty .ingress.tlsSecret)) }}://{{ .ingress.hostname }}
{{- else if and (include "halftone.hasGatewayApi" $root) .gateway.hostname -}}
{{ ternary "https" "http" .gateway.tls }}://{{ .gateway.hostname }}
{{- else if .nodePorts.enabled -}}
http://{{ .nodePorts.host }}:{{ (index $root.Values.services $service).expose.nodePort }}
{{- else -}}
http://{{ include "halftone.name" (list $root $service) }}:8080
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Not empty when an HTTPRoute is wanted and the cluster knows it. */}}
{{- define "halftone.hasGatewayApi" -}}
{{- if and .Values.exposure.gateway.enabled (.Capabilities.APIVersions.Has "gateway.networking.k8s.io/v1") -}}yes{{- end -}}
{{- end -}}
