{{/*
Who calls whom. A target is an engine (`postgres`) or a component's port (`orders.grpc`). Everything that depends on it,
each service's environment and both directions of the network policies, is made from this one table.
Gives JSON: component → list of targets.
*/}}
{{- define "halftone.arrows" -}}
{{- $arrows := dict "database" (list "postgres") "verify" (list "postgres" "kafka") -}}
{{- $watched := list -}}
{{- $telemetry := ternary (list "jaeger.otlp") (list) .Values.observability.jaeger.enabled -}}
{{- range $name, $service := .Values.services -}}
{{- $_ := set $arrows $name (concat ($service.calls | default list) $telemetry) -}}
{{- $watched = append $watched (printf "%s.metrics" $name) -}}
{{- end -}}
{{- if .Values.observability.prometheus.enabled }}{{ $_ := set $arrows "prometheus" $watched }}{{ end -}}
{{- if .Values.observability.grafana.enabled -}}
{{- $_ := set $arrows "grafana" (concat (list "prometheus.web") (ternary (list "jaeger.ui") (list) .Values.observability.jaeger.enabled)) -}}
{{- end -}}
{{- if .Values.observability.jaeger.enabled }}{{ $_ := set $arrows "jaeger" list }}{{ end -}}
{{- range $engine, $settings := .Values.engines -}}
{{- if $settings.enabled }}{{ $_ := set $arrows $engine list }}{{ end -}}
{{- end -}}
{{- toJson $arrows -}}
{{- end -}}

{{/* The port of a target. Takes (list root who target). */}}
{{- define "halftone.port" -}}
{{- $services := (index . 0).Values.services -}}
{{- $target := index . 2 -}}
{{- $fixed := dict "postgres" 5432 "kafka" 9092 "redis" 6379 "jaeger.otlp" 4318 "jaeger.ui" 16686 "prometheus.web" 9090 -}}
{{- $component := first (splitList "." $target) -}}
{{- $port := last (splitList "." $target) -}}
{{- if hasKey $fixed $target -}}{{ get $fixed $target }}
{{- else if not (hasKey $services $component) -}}
{{- fail (printf "services.%s.calls: %s is neither an engine (postgres, kafka, redis) nor a port of an entry of services" (index . 1) $target) -}}
{{- else if has $port (list "http" "rest" "soap") -}}8080
{{- else if eq $port "metrics" -}}9464
{{- else if and (eq $port "grpc") (get $services $component).grpc -}}9090
{{- else -}}
{{- fail (printf "services.%s.calls: %s has no port %s; set services.%s.grpc if it serves gRPC" (index . 1) $component $port $component) -}}
{{- end -}}
{{- end -}}

{{/* The environment with which a component finds what it calls. Takes (list root component role targets). */}}
{{- define "halftone.callsEnv" -}}
{{- $root := index . 0 -}}
{{- $who := index . 1 -}}
{{- $role := index . 2 -}}
{{- range $target := index . 3 }}
{{- $parts := splitList "." $target }}
{{- $port := include "halftone.port" (list $root $who $target) }}
{{- if eq $target "postgres" }}
{{- if not (has $role (splitList " " (include "halftone.roles" $root))) }}
{{- fail (printf "services.%s.role: %s has no role in the database; set it to one of %s" $who $role (include "halftone.roles" $root)) }}
{{- end }}
{{- include "halftone.secretEnv" (list $root (dict "DATABASE_PASSWORD" (printf "%s-password" $role))) }}
- name: DATABASE_URL
  value: {{ include "halftone.databaseUrl" (list $root (printf "halftone_%s" $role) "DATABASE_PASSWORD") | quote }}
{{- else if eq $target "kafka" }}
- name: KAFKA_BROKERS
  value: {{ include "halftone.kafkaBrokers" $root | quote }}
{{- else if eq $target "redis" }}
{{- include "halftone.redisEnv" $root }}
{{- else if eq (last $parts) "grpc" }}
- name: {{ first $parts | upper | replace "-" "_" }}_GRPC
  value: dns:///{{ include "halftone.name" (list $root (first $parts)) }}:{{ $port }}
{{- else if eq (last $parts) "rest" }}
- name: {{ first $parts | upper | replace "-" "_" }}_URL
  value: http://{{ include "halftone.name" (list $root (first $parts)) }}:{{ $port }}
{{- else if eq (last $parts) "soap" }}
- name: {{ first $parts | upper | replace "-" "_" }}_URL
  value: http://{{ include "halftone.name" (list $root (first $parts)) }}:{{ $port }}/bank
{{- else if eq (last $parts) "http" }}
- name: SUBGRAPH_{{ first $parts | upper | replace "-" "_" }}_URL
  value: http://{{ include "halftone.name" (list $root (first $parts)) }}:{{ $port }}/graphql
{{- end }}
{{- end }}
{{- end -}}
