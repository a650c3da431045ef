{{/* Who has a role and a schema in the database, separated by blanks. */}}
{{- define "halftone.roles" -}}orders payments images notifications bank{{- end -}}

{{/*
The database's URL for a role. Kubernetes puts the password in its place when the container starts, so no manifest holds it.
Takes (list root user name-of-the-variable-with-the-password).
*/}}
{{- define "halftone.databaseUrl" -}}
{{- $root := index . 0 -}}
{{- $at := printf "%s:5432" (include "halftone.name" (list $root "postgres")) -}}
{{- $database := "/halftone" -}}
{{- $query := "" -}}
{{- if not $root.Values.engines.postgres.enabled -}}
{{- $url := urlParse $root.Values.external.databaseUrl -}}
{{- $at = $url.host -}}
{{- if not (has $url.path (list "" "/" "/postgres")) }}{{ $database = $url.path }}{{ end -}}
{{- if $url.query }}{{ $query = printf "?%s" $url.query }}{{ end -}}
{{- end -}}
postgres://{{ index . 1 }}:$({{ index . 2 }})@{{ $at }}{{ $database }}{{ $query }}
{{- end -}}

{{/* The superuser's, or of whoever may make roles. Takes (list root NAME path). */}}
{{- define "halftone.adminEnv" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- if $root.Values.engines.postgres.enabled }}
{{- include "halftone.secretEnv" (list $root (dict "SUPERUSER_PASSWORD" "superuser-password")) }}
- name: {{ $name }}
  value: {{ include "halftone.databaseUrl" (list $root "postgres" "SUPERUSER_PASSWORD") | trimSuffix "/halftone" }}/{{ index . 2 }}
{{- else }}
{{- include "halftone.secretEnv" (list $root (dict $name (ternary "database-admin-url" "database-url" (eq (index . 2) "postgres")))) }}
{{- end }}
{{- end -}}

{{- define "halftone.kafkaBrokers" -}}
{{- if .Values.engines.kafka.enabled -}}
{{ include "halftone.name" (list . "kafka") }}:9092
{{- else -}}
{{ .Values.external.kafkaBrokers }}
{{- end -}}
{{- end -}}

{{- define "halftone.redisEnv" -}}
{{- if .Values.engines.redis.enabled }}
{{- include "halftone.secretEnv" (list . (dict "REDIS_PASSWORD" "redis-password")) }}
- name: REDIS_URL
  value: redis://:$(REDIS_PASSWORD)@{{ include "halftone.name" (list . "redis") }}:6379
{{- else }}
{{- include "halftone.secretEnv" (list . (dict "REDIS_URL" "redis-url")) }}
{{- end }}
{{- end -}}

{{/* The port at which an external engine listens, one per line. Takes (list root engine). */}}
{{- define "halftone.externalPorts" -}}
{{- $root := index . 0 -}}
{{- $external := $root.Values.external -}}
{{- $engine := index . 1 -}}
{{- $places := list -}}
{{- if eq $engine "kafka" }}{{ $places = splitList "," $external.kafkaBrokers }}
{{- else }}{{ $places = list (urlParse (ternary $external.databaseUrl $external.redisUrl (eq $engine "postgres"))).host }}{{ end -}}
{{- $ports := list -}}
{{- range $places -}}
{{- $ports = append $ports (regexFind "[0-9]+$" (regexFind ":[0-9]+$" (trim .)) | default (include "halftone.port" (list $root $engine $engine))) -}}
{{- end -}}
{{- $ports | uniq | join "," -}}
{{- end -}}
