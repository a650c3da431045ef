{{/* Scrapes the pods of this release that ask for it by annotation; `service` and `pod` say whose a number is. */}}
{{- define "halftone.prometheusConfig" -}}
global:
  scrape_interval: {{ .Values.observability.prometheus.scrapeInterval }}
  evaluation_interval: {{ .Values.observability.prometheus.scrapeInterval }}
rule_files: [/etc/prometheus/*.yaml]
scrape_configs:
  - job_name: halftone
    kubernetes_sd_configs:
      - role: pod
        namespaces: { own_namespace: true }
        selectors: [{ role: pod, label: 'app.kubernetes.io/instance={{ .Release.Name }}' }]
    relabel_configs:
      - { source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_scrape], regex: 'true', action: keep }
      - { source_labels: [__meta_kubernetes_pod_phase], regex: Succeeded|Failed, action: drop }
      # One target a pod, whatever other ports it has.
      - { source_labels: [__meta_kubernetes_pod_container_port_name], regex: metrics, action: keep }
      - source_labels: [__meta_kubernetes_pod_ip, __meta_kubernetes_pod_annotation_prometheus_io_port]
        separator: ':'
        target_label: __address__
      - { source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_path], regex: (.+), target_label: __metrics_path__ }
      - { source_labels: [__meta_kubernetes_pod_label_app_kubernetes_io_component], target_label: service }
      - { source_labels: [__meta_kubernetes_pod_name], target_label: pod }
{{- end -}}
