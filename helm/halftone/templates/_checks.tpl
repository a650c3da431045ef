{{/* Checks that the schema can't make, because they are about more than one key. */}}
{{- define "halftone.checks" -}}
{{- range $engine, $key := dict "postgres" "databaseUrl" "kafka" "kafkaBrokers" "redis" "redisUrl" -}}
{{- if not (or (get $.Values.engines $engine).enabled (get $.Values.external $key)) -}}
{{- fail (printf "engines.%s.enabled is false: set external.%s to where it is instead" $engine $key) -}}
{{- end -}}
{{- end -}}
{{- with .Values.stopping -}}
{{- if le (mul .terminationGracePeriodSeconds 1000) (add (mul .preStopSeconds 1000) .graceMs) -}}
{{- fail (printf "stopping.terminationGracePeriodSeconds is %v: it must be more than preStopSeconds and graceMs together" .terminationGracePeriodSeconds) -}}
{{- end -}}
{{- end -}}
{{- with .Values.exposure.ingress -}}
{{- if and .tlsSecret (not .hostname) -}}
{{- fail "exposure.ingress.tlsSecret is set: set exposure.ingress.hostname to the name that it certifies" -}}
{{- end -}}
{{- end -}}
{{- if and .Values.observability.grafana.enabled (not .Values.observability.prometheus.enabled) -}}
{{- fail "observability.grafana.enabled is true: set observability.prometheus.enabled, which is what it shows" -}}
{{- end -}}
{{- $processes := dig "realtime" "env" "REALTIME_PROCESSES" 1 .Values.services -}}
{{- if and (eq .Values.realtime.balancing "sticky") (gt (int $processes) 1) -}}
{{- fail "realtime.balancing is sticky: a pod can bring a client back to one process only, leave services.realtime.env.REALTIME_PROCESSES at 1" -}}
{{- end -}}
{{- end -}}
