{{/*
What the injector reads. Set is what is unsafe, too small or missing by default; the local sidecars get the same in
platform/src/daprd/command.ts.
*/}}
{{- define "alta.daprAnnotations" -}}
{{- $appId := include "alta.appId" . -}}
dapr.io/enabled: "true"
dapr.io/app-id: {{ $appId | quote }}
{{- if .Values.dapr.appPort }}
dapr.io/app-port: "3000"
dapr.io/app-protocol: http
{{- end }}
dapr.io/config: {{ .Values.dapr.config | default $appId | quote }}
dapr.io/api-token-secret: {{ printf "%s-dapr" $appId | quote }}
dapr.io/app-token-secret: {{ printf "%s-app" $appId | quote }}
dapr.io/read-buffer-size: "64Ki"
dapr.io/max-body-size: {{ .Values.dapr.maxBodySize | quote }}
dapr.io/log-as-json: "true"
dapr.io/log-level: {{ .Values.dapr.logLevel | quote }}
{{- with .Values.dapr.image }}
dapr.io/sidecar-image: {{ . | quote }}
{{- end }}
dapr.io/enable-metrics: "true"
dapr.io/metrics-port: "9090"
# It starts before the app and ends after it, so that nothing in flight loses its way out.
dapr.io/enable-native-sidecar: "true"
dapr.io/graceful-shutdown-seconds: {{ .Values.drain.sidecarGracefulSeconds | quote }}
dapr.io/block-shutdown-duration: {{ printf "%vs" .Values.drain.sidecarBlockSeconds | quote }}
dapr.io/sidecar-seccomp-profile-type: RuntimeDefault
{{- with .Values.dapr.sidecar }}
dapr.io/sidecar-cpu-request: {{ .cpu | quote }}
dapr.io/sidecar-memory-request: {{ .memory | quote }}
dapr.io/sidecar-memory-limit: {{ .memoryLimit | quote }}
dapr.io/env: {{ printf "GOMEMLIMIT=%s" .goMemoryLimit | quote }}
{{- end }}
{{- end }}
