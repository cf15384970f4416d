{{/* Labels of everything here. `name` is the object's own. */}}
{{- define "platform.labels" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/part-of: alta
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{- define "platform.tlsSecret" -}}
{{- .Values.ingress.tls.secretName | default (printf "%s-tls" .Release.Namespace) }}
{{- end }}

{{/* By digest where there is one: a tag can be moved. */}}
{{- define "platform.topologyImage" -}}
{{- $image := .Values.broker.topology.image }}
{{- if $image.digest }}{{ $image.registry }}/{{ $image.repository }}@{{ $image.digest }}
{{- else }}{{ $image.registry }}/{{ $image.repository }}:{{ $image.tag }}
{{- end }}
{{- end }}

{{/* App-ids that need something (`need`), as a JSON list. */}}
{{- define "platform.appsWith" -}}
{{- $found := list }}
{{- range $app, $entry := (.root.Files.Get "files/apps.yaml" | fromYaml).apps }}
{{- if has $.need ($entry.needs | default list) }}{{ $found = append $found $app }}{{ end }}
{{- end }}
{{- $found | toJson }}
{{- end }}

{{/* Headers that belong to Dapr: one would choose the target of a call, one opens the sidecar, the others lie. */}}
{{- define "platform.privateHeaders" -}}
- dapr-app-id
- dapr-api-token
- dapr-caller-app-id
- dapr-caller-namespace
- dapr-callee-app-id
- dapr-stream
- dapr-http-status
{{- end }}
