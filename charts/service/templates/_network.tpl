{{/* One rule's peers and ports of a place from networkPolicy.places. `side` is from or to. */}}
{{- define "alta.place" -}}
{{- $place := get .root.Values.networkPolicy.places .name -}}
{{- if not $place.peers }}{{ fail (printf "networkPolicy.places.%s.peers is empty: say where it is" .name) }}{{ end -}}
- {{ .side }}:
    {{- toYaml $place.peers | nindent 4 }}
  ports:
    {{- range .ports | default $place.ports }}
    - { port: {{ . }}, protocol: TCP }
    {{- end }}
{{- end }}

{{/* Places that this service needs, from what it is. */}}
{{- define "alta.reached" -}}
{{- $places := list -}}
{{- if .Values.files }}{{ $places = append $places "storage" }}{{ end -}}
{{- if .Values.tracing.endpoint }}{{ $places = append $places "collector" }}{{ end -}}
{{- concat $places .Values.networkPolicy.reaches | uniq | sortAlpha | toJson -}}
{{- end }}

{{/* App-ids that call this one, and those that it calls. */}}
{{- define "alta.callers" -}}
{{- $appId := include "alta.appId" . -}}
{{- $callers := list -}}
{{- range $caller, $called := (.Files.Get "files/calls.yaml" | fromYaml).callers -}}
{{- if has $appId $called }}{{ $callers = append $callers $caller }}{{ end -}}
{{- end -}}
{{- $callers | sortAlpha | toJson -}}
{{- end }}

{{- define "alta.called" -}}
{{- get (.Files.Get "files/calls.yaml" | fromYaml).callers (include "alta.appId" .) | default list | sortAlpha | toJson -}}
{{- end }}

{{/* Connections past Dapr that this service takes (`side` callee) or opens (`side` caller). */}}
{{- define "alta.direct" -}}
{{- $appId := include "alta.appId" .root -}}
{{- $side := .side -}}
{{- $found := list -}}
{{- range (.root.Files.Get "files/calls.yaml" | fromYaml).direct -}}
{{- if eq $appId (get . $side) }}{{ $found = append $found . }}{{ end -}}
{{- end -}}
{{- $found | toJson -}}
{{- end }}

{{- define "alta.peersByAppId" -}}
{{- range . }}
- podSelector: { matchLabels: { app.kubernetes.io/name: {{ . }} } }
{{- end }}
{{- end }}
