{{/* The pod, the same under a Deployment and a Rollout. `hashLabel` is what that kind tells its versions apart by. */}}
{{- define "alta.podTemplate" -}}
{{- $root := .root -}}
{{- $values := .root.Values -}}
{{- $appId := include "alta.appId" $root -}}
metadata:
  labels:
    {{- include "alta.labels" $root | nindent 4 }}
  annotations:
    {{- include "alta.daprAnnotations" $root | nindent 4 }}
    # A changed setting is a new version: the app reads its environment once.
    checksum/config: {{ include (print $root.Template.BasePath "/configmap.yaml") $root | sha256sum }}
spec:
  serviceAccountName: {{ $appId }}
  # The sidecar reads its components' secrets with it, and events scales with it; the Role says how little that is.
  automountServiceAccountToken: true
  enableServiceLinks: false
  {{- with include "alta.pullSecrets" $root }}
  {{- trim . | nindent 2 }}
  {{- end }}
  {{- with $values.drain }}
  # preStop, the app (which ends itself after five seconds more), the sidecar's two times, and some slack.
  terminationGracePeriodSeconds: {{ add .preStopSeconds .shutdownSeconds 5 .sidecarBlockSeconds .sidecarGracefulSeconds 5 }}
  {{- end }}
  securityContext:
    {{- include "alta.podSecurity" $root | nindent 4 }}
  {{- include "alta.scheduling" . | nindent 2 }}
  containers:
    - name: {{ $appId }}
      image: {{ include "alta.image" $root | quote }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      workingDir: /app/services/{{ $appId }}
      # As platform/src/supervisor/platform-plan.ts starts it. Node's own 16 KiB of headers would reset what the
      # sidecar's 64 KiB let through.
      command: [node]
      args: [{{ if $values.watch }}--watch, {{ end }}--max-http-header-size=65536, --import, "@alta/kit/telemetry/register", src/main.ts]
      envFrom:
        - configMapRef: { name: {{ $appId }} }
        {{- if $values.secret }}
        - secretRef: { name: {{ $appId }} }
        {{- end }}
      env:
        {{- include "alta.tokens" $root | nindent 8 }}
      ports:
        - { name: http, containerPort: 3000, protocol: TCP }
        {{- with $values.public.port }}
        - { name: public, containerPort: {{ . }}, protocol: TCP }
        {{- end }}
        {{- with $values.public.grpcPort }}
        - { name: grpc, containerPort: {{ . }}, protocol: TCP }
        {{- end }}
        {{- range include "alta.direct" (dict "root" $root "side" "callee") | fromJsonArray }}
        - { name: direct, containerPort: {{ .port }}, protocol: TCP }
        {{- end }}
      {{- include "alta.probes" $values.probes | nindent 6 }}
      lifecycle:
        preStop:
          sleep: { seconds: {{ $values.drain.preStopSeconds }} }
      resources:
        requests: { cpu: {{ $values.resources.cpu | quote }}, memory: {{ $values.resources.memory }} }
        limits: { memory: {{ $values.resources.memory }} }
      securityContext:
        {{- include "alta.containerSecurity" $values.watch | nindent 8 }}
      volumeMounts:
        - { name: tmp, mountPath: /tmp }
  volumes:
    - name: tmp
      {{- /* With a bucket files lie here until their hash is known; see services/documents/src/uploads/joins.ts. */}}
      emptyDir: { sizeLimit: {{ ternary "4Gi" "256Mi" $values.files }} }
{{- end }}

{{- define "alta.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{/* @param whether the root file system can be written to */}}
{{- define "alta.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: {{ not . }}
capabilities: { drop: [ALL] }
{{- end }}

{{- define "alta.probes" -}}
startupProbe:
  httpGet: { path: /health/live, port: http }
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: {{ div (add .startupSeconds 1) 2 }}
livenessProbe:
  httpGet: { path: /health/live, port: http }
  periodSeconds: {{ .livenessPeriodSeconds }}
  timeoutSeconds: 5
  failureThreshold: 3
# The service gives each thing it asks after two seconds.
readinessProbe:
  httpGet: { path: /health/ready, port: http }
  periodSeconds: {{ .readinessPeriodSeconds }}
  timeoutSeconds: 3
  failureThreshold: 2
{{- end }}

{{- define "alta.scheduling" -}}
{{- $root := .root -}}
{{- $hashLabel := .hashLabel -}}
topologySpreadConstraints:
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "alta.selector" $root | nindent 8 }}
    # Each version is spread by itself; without it a new one would be pushed away by the old one's places.
    matchLabelKeys: [{{ $hashLabel }}]
  {{- end }}
{{- with .root.Values.scheduling.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.scheduling.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.scheduling.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}
