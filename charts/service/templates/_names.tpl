{{- define "alta.appId" -}}
{{- required "appId is missing: the name of the service, as in services/<word>" .Values.appId -}}
{{- end }}

{{- define "alta.version" -}}
{{- .Values.version | default .Values.image.tag | default (.Values.image.digest | trimPrefix "sha256:" | trunc 12) | default "unknown" -}}
{{- end }}

{{/* Never version or managed-by here: a selector cannot change. */}}
{{- define "alta.selector" -}}
app.kubernetes.io/name: {{ include "alta.appId" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "alta.labels" -}}
{{ include "alta.selector" . }}
{{ include "alta.aboutLabels" . }}
{{- end }}

{{/*
For pods that are not the service itself: a Job, a test. Its name, so that the network lets them to what it may reach, but
another instance: selectors must not find them.
*/}}
{{- define "alta.helperLabels" -}}
app.kubernetes.io/name: {{ include "alta.appId" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}-{{ .purpose }}
{{ include "alta.aboutLabels" .root }}
{{- end }}

{{- define "alta.aboutLabels" -}}
app.kubernetes.io/part-of: alta
app.kubernetes.io/version: {{ include "alta.version" . | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "alta.image" -}}
{{- $repository := .Values.image.repository | default (printf "alta/%s" (include "alta.appId" .)) -}}
{{- if .Values.image.digest -}}
{{ .Values.image.registry }}/{{ $repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.registry }}/{{ $repository }}:{{ .Values.image.tag }}
{{- end -}}
{{- end }}

{{/* The most replicas that are there for certain: what decides on disruption budgets and canaries. */}}
{{- define "alta.leastReplicas" -}}
{{- if .Values.autoscaling.enabled }}{{ .Values.autoscaling.minReplicas }}{{ else }}{{ .Values.replicas }}{{ end -}}
{{- end }}

{{- define "alta.workload" -}}
{{- if .Values.rollout.enabled -}}
apiVersion: argoproj.io/v1alpha1
kind: Rollout
{{- else -}}
apiVersion: apps/v1
kind: Deployment
{{- end }}
name: {{ include "alta.appId" . }}
{{- end }}

{{- define "alta.migrates" -}}
{{- if and .Values.database .Values.migration.enabled }}yes{{ end -}}
{{- end }}

{{- define "alta.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "alta.servicePorts" -}}
selector:
  {{- include "alta.selector" . | nindent 2 }}
ports:
  - { name: http, port: 3000, targetPort: http, protocol: TCP }
  {{- with .Values.public.port }}
  # Istio would have to guess it: the name does not say it.
  - { name: public, port: {{ . }}, targetPort: public, protocol: TCP, appProtocol: http }
  {{- end }}
  {{- with .Values.public.grpcPort }}
  - { name: grpc, port: {{ . }}, targetPort: grpc, protocol: TCP, appProtocol: grpc }
  {{- end }}
  {{- range include "alta.direct" (dict "root" . "side" "callee") | fromJsonArray }}
  - { name: direct, port: {{ .port }}, targetPort: direct, protocol: TCP }
  {{- end }}
{{- end }}
