{{/*
One metric of an AnalysisTemplate. Neither good nor bad, as when there is no figure at all, is inconclusive: the rollout
stops and asks a person instead of passing what nobody has used.
*/}}
{{- define "alta.metric" -}}
{{- $analysis := .root.Values.rollout.analysis -}}
- name: {{ .name }}
  initialDelay: {{ $analysis.intervalSeconds }}s
  interval: {{ $analysis.intervalSeconds }}s
  {{- if .count }}
  count: {{ $analysis.count }}
  {{- end }}
  failureLimit: 1
  inconclusiveLimit: 2
  successCondition: len(result) > 0 && result[0] {{ .good }}
  failureCondition: {{ if .bad }}len(result) > 0 && result[0] {{ .bad }}{{ else }}"false"{{ end }}
  provider:
    prometheus:
      address: {{ $analysis.prometheus | quote }}
      query: |
        {{- .query | nindent 8 }}
{{- end }}

{{/* Series of one version of this service; the hash comes from the pods' labels (see servicemonitor.yaml). */}}
{{- define "alta.series" -}}
namespace="{{ .root.Release.Namespace }}",service="{{ include "alta.appId" .root }}",rollouts_pod_template_hash="{{ printf "{{args.%s}}" .version }}"
{{- end }}

{{- define "alta.requestMetrics" -}}
{{- $canary := include "alta.series" (dict "root" . "version" "canary") -}}
{{- $limits := .Values.rollout.analysis.requests -}}
{{- $count := ne .Values.rollout.strategy "edge" -}}
{{- $all := printf "sum(rate(alta_http_request_seconds_count{%s}[5m]))" $canary -}}
{{ include "alta.metric" (dict "root" . "count" $count "name" "enough-requests"
  "query" (printf "sum(increase(alta_http_request_seconds_count{%s}[5m]))" $canary)
  "good" (printf ">= %v" $limits.minimum)) }}
{{- /* Of nothing but failures there is no series of successes: that is 0, and not a question for a person. */}}
{{ include "alta.metric" (dict "root" . "count" $count "name" "success-rate"
  "query" (printf "(sum(rate(alta_http_request_seconds_count{%s,status!~\"5..\"}[5m])) or vector(0)) / %s" $canary $all)
  "good" (printf ">= %v" $limits.successRate) "bad" (printf "< %v" $limits.successRate)) }}
{{ include "alta.metric" (dict "root" . "count" $count "name" "p95-seconds"
  "query" (printf "histogram_quantile(0.95, sum by (le) (rate(alta_http_request_seconds_bucket{%s}[5m])))" $canary)
  "good" (printf "<= %v" $limits.p95Seconds) "bad" (printf "> %v" $limits.p95Seconds)) }}
{{- end }}

{{- define "alta.messageMetrics" -}}
{{- $canary := include "alta.series" (dict "root" . "version" "canary") -}}
{{- $stable := include "alta.series" (dict "root" . "version" "stable") -}}
{{- $limits := .Values.rollout.analysis.messages -}}
{{- $dead := printf "(sum(increase(alta_inbox_handled_total{%s,outcome=~\"given_up|rejected\"}[10m])) or vector(0))" $canary -}}
{{- $median := "histogram_quantile(0.5, sum by (le) (rate(alta_inbox_handler_seconds_bucket{%s}[10m])))" -}}
{{- $result := "(sum(increase(alta_inbox_handled_total{%[1]s,outcome=\"success\"}[10m])) or vector(0)) / sum(increase(alta_inbox_handled_total{%[1]s,outcome!=\"duplicate\"}[10m]))" -}}
{{- with $limits.resultMetric -}}
{{- $result = printf "sum(increase(%s_sum{%%[1]s}[10m])) / sum(increase(%s_count{%%[1]s}[10m]))" . . -}}
{{- end -}}
{{ include "alta.metric" (dict "root" . "count" true "name" "enough-messages"
  "query" (printf "sum(increase(alta_inbox_handled_total{%s,outcome!=\"duplicate\"}[10m]))" $canary)
  "good" (printf ">= %v" $limits.minimum)) }}
{{ include "alta.metric" (dict "root" . "count" true "name" "dead-letter-rate"
  "query" (printf "%s / sum(increase(alta_inbox_handled_total{%s,outcome!=\"duplicate\"}[10m]))" $dead $canary)
  "good" (printf "<= %v" $limits.deadLetterRate) "bad" (printf "> %v" $limits.deadLetterRate)) }}
{{ include "alta.metric" (dict "root" . "count" true "name" "slower-than-stable"
  "query" (printf "%s / %s" (printf $median $canary) (printf $median $stable))
  "good" (printf "<= %v" $limits.slowerThanStable) "bad" (printf "> %v" $limits.slowerThanStable)) }}
{{ include "alta.metric" (dict "root" . "count" true "name" "result-difference"
  "query" (printf "abs(%s - %s)" (printf $result $canary) (printf $result $stable))
  "good" (printf "<= %v" $limits.resultDifference) "bad" (printf "> %v" $limits.resultDifference)) }}
{{- end }}
