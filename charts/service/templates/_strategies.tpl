{{/* How much at once, and what must hold before there is more. */}}
{{- define "alta.canary" -}}
{{- $appId := include "alta.appId" . -}}
{{- $rollout := .Values.rollout -}}
{{- $judge := include "alta.judge" . -}}
canary:
  maxSurge: 1
  maxUnavailable: 0
  abortScaleDownDelaySeconds: {{ $rollout.abortScaleDownDelaySeconds }}
  {{- if eq $rollout.strategy "edge" }}
  stableService: {{ $appId }}
  canaryService: {{ $appId }}-canary
  trafficRouting:
    istio:
      virtualService: { name: {{ $rollout.edge.virtualService }}, routes: [{{ $rollout.edge.route }}] }
  {{- if $judge }}
  # Beside the steps, from the first pause on, until the end.
  analysis:
    startingStep: 2
    {{- $judge | nindent 4 }}
  {{- end }}
  steps:
    {{- range $rollout.edge.weights }}
    - setWeight: {{ . }}
    - pause: { duration: {{ $rollout.edge.pauseSeconds }}s }
    {{- end }}
  {{- else if eq $rollout.strategy "worker" }}
  # It takes messages by its share of the consumers, and gets its share of the replicas once it was judged by them.
  steps:
    - setWeight: {{ $rollout.worker.weight }}
    - pause: { duration: {{ $rollout.worker.pauseSeconds }}s }
    {{- if $judge }}
    - analysis:
        {{- $judge | nindent 8 }}
    {{- end }}
  {{- else }}
  steps:
    {{- range $rollout.canary.weights }}
    - setWeight: {{ . }}
    - pause: { duration: {{ $rollout.canary.pauseSeconds }}s }
    {{- if $judge }}
    - analysis:
        {{- $judge | nindent 8 }}
    {{- end }}
    {{- end }}
  {{- end }}
{{- end }}

{{/* Nothing is called through Dapr here: its calls would reach the new side before it was judged. */}}
{{- define "alta.blueGreen" -}}
{{- $appId := include "alta.appId" . -}}
blueGreen:
  activeService: {{ $appId }}
  previewService: {{ $appId }}-preview
  autoPromotionEnabled: true
  scaleDownDelaySeconds: {{ .Values.rollout.blueGreen.scaleDownDelaySeconds }}
  abortScaleDownDelaySeconds: {{ .Values.rollout.abortScaleDownDelaySeconds }}
  {{- with include "alta.judge" . }}
  prePromotionAnalysis:
    templates:
      - templateName: {{ $appId }}-preview
  # A failure after the switch goes back to the side that is still up.
  postPromotionAnalysis:
    {{- . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* The AnalysisTemplate and what it is told; nothing where analysis is off. */}}
{{- define "alta.judge" -}}
{{- $rollout := .Values.rollout -}}
{{- if $rollout.analysis.enabled -}}
templates:
  - templateName: {{ include "alta.appId" . }}-{{ ternary "messages" "requests" (eq $rollout.strategy "worker") }}
{{- if $rollout.analysis.dryRun }}
dryRun:
  - metricName: .*
{{- end }}
args:
  - name: canary
    valueFrom: { podTemplateHashValue: Latest }
  - name: stable
    valueFrom: { podTemplateHashValue: Stable }
{{- end }}
{{- end }}
