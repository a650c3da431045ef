{{/* The port that is open to whoever comes from outside; empty when there is none. Takes (list root component). */}}
{{- define "halftone.openPort" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- if (get $root.Values.services $component | default dict).expose -}}
8080
{{- else -}}
{{- $ui := dict "prometheus" 9090 "grafana" 3000 "jaeger" 16686 -}}
{{- if and $root.Values.exposure.nodePorts.enabled (hasKey $ui $component) (get $root.Values.observability $component | default dict).nodePort -}}{{ get $ui $component }}{{- end -}}
{{- end -}}
{{- end -}}

{{/* Prometheus asks the API server which pods there are. A policy sees the server's own address, not that of its Service. */}}
{{- define "halftone.toApiServer" -}}
{{- $slice := lookup "discovery.k8s.io/v1" "EndpointSlice" "default" "kubernetes" -}}
{{- if .Values.networkPolicy.apiServerTo -}}
{{ toYaml .Values.networkPolicy.apiServerTo }}
{{- else if $slice -}}
- to:
    {{- range $slice.endpoints }}
    {{- range .addresses }}
    - ipBlock: { cidr: {{ . }}/{{ ternary 128 32 (contains ":" .) }} }
    {{- end }}
    {{- end }}
  ports: [{ port: {{ (first $slice.ports).port }} }]
{{- else -}}
- to: [{ ipBlock: { cidr: 10.0.0.0/8 } }, { ipBlock: { cidr: 172.16.0.0/12 } }, { ipBlock: { cidr: 192.168.0.0/16 } }]
  ports: [{ port: 443 }, { port: 6443 }]
{{- end -}}
{{- end -}}
