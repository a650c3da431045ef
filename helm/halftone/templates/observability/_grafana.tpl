{{/* Where Grafana reads, and how it gets from an exemplar to its trace. The dashboards name the data source by its uid. */}}
{{- define "halftone.grafanaConfig" -}}
datasources.yaml: |
  apiVersion: 1
  datasources:
    - name: Prometheus
      uid: prometheus
      type: prometheus
      access: proxy
      isDefault: true
      url: http://{{ include "halftone.name" (list . "prometheus") }}:9090
      jsonData:
        timeInterval: {{ .Values.observability.prometheus.scrapeInterval }}
        {{- if .Values.observability.jaeger.enabled }}
        exemplarTraceIdDestinations: [{ name: trace_id, datasourceUid: jaeger }]
    - name: Jaeger
      uid: jaeger
      type: jaeger
      access: proxy
      url: http://{{ include "halftone.name" (list . "jaeger") }}:16686
        {{- end }}
dashboards.yaml: |
  apiVersion: 1
  providers:
    - name: halftone
      folder: Halftone
      type: file
      options: { path: /var/lib/halftone/dashboards }
{{- end -}}
