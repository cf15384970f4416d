{{/*
The settings that are no secrets, as one map: `range` walks maps in order of their names, so the ConfigMap changes only
when a setting does, and no name can be there twice.
*/}}
{{- define "alta.settings" -}}
{{- $appId := include "alta.appId" . -}}
{{- $own := dict
  "NODE_ENV" "production"
  "APP_HOST" "0.0.0.0"
  "APP_PORT" "3000"
  "ALTA_VERSION" (include "alta.version" .)
  "OTEL_SERVICE_NAME" $appId
  "SHUTDOWN_SECONDS" (toString .Values.drain.shutdownSeconds)
-}}
{{- if .Values.database -}}
{{- $_ := merge $own (include "alta.postgres" . | fromYaml) -}}
{{- $_ := set $own "POSTGRES_USER" (include "alta.role" .) -}}
{{- $_ := set $own "POSTGRES_POOL_SIZE" (toString .Values.postgres.poolSize) -}}
{{- end -}}
{{- if .Values.files -}}
{{- $_ := set $own "FILES_S3_BUCKET" .Values.storage.bucket -}}
{{- $_ := set $own "FILES_S3_REGION" .Values.storage.region -}}
{{- $_ := set $own "FILES_S3_PATH_STYLE" (toString .Values.storage.pathStyle) -}}
{{- with .Values.storage.endpoint }}{{ $_ := set $own "FILES_S3_ENDPOINT" . }}{{ end -}}
{{- end -}}
{{- with .Values.tracing.endpoint }}{{ $_ := set $own "OTEL_EXPORTER_OTLP_ENDPOINT" . }}{{ end -}}
{{- if .Values.scalesOthers }}{{ $_ := set $own "KUBERNETES_NAMESPACE" .Release.Namespace }}{{ end -}}
{{- range $name, $value := .Values.env -}}
{{- if hasKey $own $name }}{{ fail (printf "env.%s is set by the chart: use the value that it comes from" $name) }}{{ end -}}
{{- $_ := set $own $name (toString $value) -}}
{{- end -}}
{{- range $name, $value := $own }}
{{ $name }}: {{ $value | quote }}
{{- end }}
{{- end }}

{{/* Where the database is; without a role, because migrations come as another one. */}}
{{- define "alta.postgres" -}}
POSTGRES_HOST: {{ .Values.postgres.host | quote }}
POSTGRES_PORT: {{ .Values.postgres.port | quote }}
POSTGRES_DB: {{ .Values.postgres.name | quote }}
{{- end }}

{{- define "alta.role" -}}
alta_{{ include "alta.appId" . | replace "-" "_" }}
{{- end }}

{{/* Tokens between app and sidecar, as the sidecar's annotations name them. */}}
{{- define "alta.tokens" -}}
- name: APP_API_TOKEN
  valueFrom: { secretKeyRef: { name: {{ include "alta.appId" . }}-app, key: token } }
- name: DAPR_API_TOKEN
  valueFrom: { secretKeyRef: { name: {{ include "alta.appId" . }}-dapr, key: token } }
{{- end }}
