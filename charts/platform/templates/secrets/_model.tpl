{{/*
Every Secret of this environment, as a YAML map of name to { type, data }. A value is text in which ${entry.property}
stands for one secret value; so the same list serves values that are made up here and values of a store.
Passwords go into URLs as they are: letters and digits only.
*/}}
{{- define "platform.secretModel" -}}
{{- $amqp := printf "amqp://${rabbitmq.username}:${rabbitmq.password}@%s:%d/%s" .Values.broker.host (int .Values.broker.port) .Values.broker.vhost }}
{{- range $app, $entry := (.Files.Get "files/apps.yaml" | fromYaml).apps }}
{{- $needs := $entry.needs | default list }}
{{- $data := dict }}
{{- if has "database" $needs }}
{{- $_ := set $data "POSTGRES_PASSWORD" (printf "${%s.databasePassword}" $app) }}
{{- $_ := set $data "RABBITMQ_URL" $amqp }}
{{- end }}
{{- if has "files" $needs }}
{{- $_ := set $data "FILES_S3_ACCESS_KEY_ID" "${files.accessKeyId}" }}
{{- $_ := set $data "FILES_S3_SECRET_ACCESS_KEY" "${files.secretAccessKey}" }}
{{- end }}
{{- if has "redis" $needs }}
{{- $_ := set $data "REDIS_URL" (printf "redis://:${redis.password}@%s:%d" $.Values.redis.host (int $.Values.redis.port)) }}
{{- /* No secret, but it goes with the address: environments that share one Redis must not share limits and circuits. */}}
{{- $_ := set $data "REDIS_KEY_PREFIX" (printf "%s:" $.Release.Namespace) }}
{{- end }}
{{- range $entry.secrets }}
{{- $_ := set $data .name (printf "${%s.%s}" (.of | default $app) .name) }}
{{- end }}
{{- if $data }}
{{ $app }}:
  data:
    {{- toYaml $data | nindent 4 }}
{{- end }}
{{- if has "database" $needs }}
# The login role, as CloudNativePG wants to read it.
{{ $app }}-database:
  type: kubernetes.io/basic-auth
  labels: { cnpg.io/reload: "true" }
  data:
    username: alta_{{ $app | replace "-" "_" }}
    password: ${{ printf "{%s.databasePassword}" $app }}
{{- end }}
# What the app shows its sidecar, and the sidecar the app.
{{ $app }}-dapr:
  data: { token: "${{ printf "{%s.daprToken}" $app }}" }
{{ $app }}-app:
  data: { token: "${{ printf "{%s.appToken}" $app }}" }
{{- end }}
# Owns the database and every schema; only migrations log in with it.
database-owner:
  type: kubernetes.io/basic-auth
  labels: { cnpg.io/reload: "true" }
  data:
    username: alta
    password: "${postgres.ownerPassword}"
# For the sidecars' components, the topology Job and the queues' autoscaler.
rabbitmq:
  data:
    connectionString: {{ $amqp | quote }}
    # Read by KEDA as well, from a namespace where a short name means something else.
    {{- $host := ternary .Values.broker.host (printf "%s.%s.svc" .Values.broker.host .Release.Namespace) (contains "." .Values.broker.host) }}
    managementUrl: {{ printf "http://${rabbitmq.username}:${rabbitmq.password}@%s:%d/%s" $host (int .Values.broker.managementPort) .Values.broker.vhost | quote }}
# For the user that the topology operator makes.
rabbitmq-user:
  data: { username: "${rabbitmq.username}", password: "${rabbitmq.password}" }
redis:
  data:
    host: {{ printf "%s:%d" .Values.redis.host (int .Values.redis.port) | quote }}
    password: "${redis.password}"
# For the bucket's server and for backups: the names that CloudNativePG's Barman plugin reads.
files-store:
  data: { ACCESS_KEY_ID: "${files.accessKeyId}", ACCESS_SECRET_KEY: "${files.secretAccessKey}" }
backup-store:
  data: { ACCESS_KEY_ID: "${backups.accessKeyId}", ACCESS_SECRET_KEY: "${backups.secretAccessKey}" }
{{- if .Values.alerting.enabled }}
{{ .Values.alerting.secretName }}:
  data:
    {{- range .Values.alerting.channels }}
    {{- if .key }}
    {{ .key }}: "${{ printf "{alerting.%s}" .key }}"
    {{- end }}
    {{- end }}
    {{- if .Values.alerting.email.user }}
    {{ .Values.alerting.email.passwordKey }}: "${{ printf "{alerting.%s}" .Values.alerting.email.passwordKey }}"
    {{- end }}
{{- end }}
{{- end }}
