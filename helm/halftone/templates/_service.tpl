{{/* The environment of a service. Of two variables with one name the later one wins, so the entry's own come last. Takes (list root name service). */}}
{{- define "halftone.serviceEnv" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $service := index . 2 -}}
- name: SERVICE_INSTANCE
  valueFrom: { fieldRef: { fieldPath: metadata.name } }
{{- include "halftone.secretEnv" (list $root (merge (dict "JWT_PUBLIC_KEY" "jwt-public-key") ($service.secretEnv | default dict))) }}
{{- include "halftone.callsEnv" (list $root $name ($service.role | default $name) ($service.calls | default list)) }}
{{- $stopping := $root.Values.stopping }}
{{- $env := dict "HTTP_HOST" "0.0.0.0" "METRICS_PORT" 9464 "SERVICE_VERSION" (include "halftone.tag" $root) "SHUTDOWN_GRACE_MS" $stopping.graceMs
  "SHUTDOWN_LAME_DUCK_MS" $stopping.lameDuckMs }}
{{- if $service.transfers }}{{ $_ := set $env "SHUTDOWN_GRACE_MS" (add $stopping.graceMs $stopping.transferMs) }}{{ end }}
{{- if $service.grpc }}{{ $_ := set $env "GRPC_HOST" "0.0.0.0" }}{{ end }}
{{- if $service.expose }}{{- with include "halftone.trustedProxies" $root }}{{ $_ := set $env "TRUSTED_PROXIES" . }}{{ end }}{{ end }}
{{- with include "halftone.otlpEndpoint" $root }}{{ $_ := set $env "OTEL_EXPORTER_OTLP_ENDPOINT" . }}{{ end }}
{{- range $key, $value := mergeOverwrite $env ($service.env | default dict) }}
- name: {{ $key }}
  {{- /* As JSON, because the usual form of a large number is 2e+07. */}}
  value: {{ tpl (kindIs "string" $value | ternary $value (toJson $value)) $root | quote }}
{{- end }}
{{- end -}}

{{/*
Whose X-Forwarded-For is believed. Behind an Ingress, a Gateway or the console the peer is a pod, so in doubt all private addresses. With
node ports clients come from such addresses themselves, and could write there what they like.
*/}}
{{- define "halftone.trustedProxies" -}}
{{- if .Values.exposure.trustedProxies -}}
{{ join "," .Values.exposure.trustedProxies }}
{{- else if not .Values.exposure.nodePorts.enabled -}}
10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,fc00::/7
{{- end -}}
{{- end -}}

{{- define "halftone.realtimeSessions" -}}
{{ get (dict "migration" "client" "sticky" "process" "store" "redis") .Values.realtime.balancing }}
{{- end -}}

{{/* Whether a client has to come back to the pod it had. Takes (list root name). */}}
{{- define "halftone.isSticky" -}}
{{- if and (eq (index . 1) "realtime") (eq (index . 0).Values.realtime.balancing "sticky") }}true{{ end -}}
{{- end -}}

{{- define "halftone.otlpEndpoint" -}}
{{- if .Values.observability.otlpEndpoint -}}
{{ .Values.observability.otlpEndpoint }}
{{- else if .Values.observability.jaeger.enabled -}}
http://{{ include "halftone.name" (list . "jaeger") }}:4318
{{- end -}}
{{- end -}}

{{/*
How a container of ours begins, is watched and ends. Startup: it listens. Readiness: everything it needs is there. Liveness: the
event loop turns; never a dependency, whose loss no restart cures.
*/}}
{{- define "halftone.serviceLife" -}}
startupProbe:
  httpGet: { path: /healthz/startup, port: http }
  periodSeconds: 1
  timeoutSeconds: 2
  failureThreshold: 120
readinessProbe:
  httpGet: { path: /healthz/ready, port: http }
  periodSeconds: 2
  timeoutSeconds: 5
  failureThreshold: 3
livenessProbe:
  httpGet: { path: /healthz/live, port: http }
  # A node that is short of CPU is slow, and a restart makes it slower: only what hangs for a minute is ended.
  periodSeconds: 10
  timeoutSeconds: 10
  failureThreshold: 6
lifecycle:
  # Every node needs this time to learn that the pod gets no new connections.
  preStop: { sleep: { seconds: {{ .Values.stopping.preStopSeconds }} } }
{{- end -}}
