{{/* Combinations that the schema cannot see: each ends the render with a sentence that says what to change. */}}
{{- define "alta.refuseContradictions" -}}
{{- $appId := include "alta.appId" . -}}
{{- $least := int (include "alta.leastReplicas" .) -}}
{{- with .Values -}}
{{- if ne $.Release.Name $appId }}{{ fail (printf "the release must be called %s, like the service: queues, Services and roles are named after it" $appId) }}{{ end -}}
{{- if not .image.registry }}{{ fail "image.registry is missing: where the images are" }}{{ end -}}
{{- if and .image.requireDigest (not .image.digest) }}{{ fail "image.digest is missing: image.requireDigest is on, so that what runs here is what was tried before" }}{{ end -}}
{{- if not (or .image.tag .image.digest) }}{{ fail "image.tag or image.digest is missing: which image" }}{{ end -}}
{{- if and .database (not .postgres.host) }}{{ fail "postgres.host is missing: the service has a database" }}{{ end -}}
{{- if and .files (not .storage.bucket) }}{{ fail "storage.bucket is missing: the service keeps files, and a pod's disk goes with the pod" }}{{ end -}}
{{- if and .state (not .dapr.appPort) }}{{ fail "state wants dapr.appPort: Dapr's outbox delivers to the app" }}{{ end -}}
{{- if eq (get .env "OUTBOX_TRANSPORT") "dapr" }}{{ fail "env.OUTBOX_TRANSPORT dapr wants receipts, and the call table lets nobody but events ask services for them: events would wait for ever" }}{{ end -}}
{{- range $name, $value := .env -}}
{{- if regexMatch "^(NODE|LD)_" $name }}{{ fail (printf "env.%s is read before the service is: it could load other code than the image has" $name) }}{{ end -}}
{{- if regexMatch "(PASSWORD|SECRET|TOKEN|_KEY|_KEY_ID)$" $name }}{{ fail (printf "env.%s is a secret: it belongs into the Secret %s" $name $appId) }}{{ end -}}
{{- if and (regexMatch "_URL$" $name) (regexMatch "://[^/]*:[^/]*@" (toString $value)) }}{{ fail (printf "env.%s holds a password: it belongs into the Secret %s" $name $appId) }}{{ end -}}
{{- end -}}
{{- with .autoscaling -}}{{- if .enabled -}}
{{- if gt (int .minReplicas) (int .maxReplicas) }}{{ fail "autoscaling.minReplicas is more than autoscaling.maxReplicas" }}{{ end -}}
{{- if and (eq .by "queue") (not .queue.topics) }}{{ fail "autoscaling.queue.topics is empty: which of its queues say how much there is to do" }}{{ end -}}
{{- if and (eq .by "queue") .queue.idleToZero (not $.Values.worker) }}{{ fail "autoscaling.queue.idleToZero wants worker: a service that is called must be there" }}{{ end -}}
{{- if and (eq .by "queue") (not $.Values.database) }}{{ fail "autoscaling.by queue wants database: a service without one has no queues" }}{{ end -}}
{{- if gt (int .queue.fallbackReplicas) (int .maxReplicas) }}{{ fail "autoscaling.queue.fallbackReplicas is more than autoscaling.maxReplicas" }}{{ end -}}
{{- end -}}{{- end -}}
{{- if and .watch (or .image.requireDigest .rollout.enabled) }}{{ fail "watch is for a developer's cluster: what runs there is no image that was tried" }}{{ end -}}
{{- if and .worker .public.port }}{{ fail "worker and public exclude each other: a worker is not called" }}{{ end -}}
{{- with .public.grpcPort }}
{{- if not $.Values.public.port }}{{ fail "public.grpcPort wants public.port: health and everything else are asked there" }}{{ end -}}
{{- if ne (toString .) (toString (get $.Values.env "GATEWAY_GRPC_PORT")) }}{{ fail (printf "public.grpcPort is %v and env.GATEWAY_GRPC_PORT is not: nobody would listen there" .) }}{{ end -}}
{{- end -}}
{{- if .rollout.enabled -}}
{{- $strategy := .rollout.strategy -}}
{{- if and (has $strategy (list "edge" "blueGreen")) (not .public.port) }}{{ fail (printf "rollout.strategy %s wants public.port: calls through Dapr pass neither Istio nor the Service that is switched" $strategy) }}{{ end -}}
{{- if and (eq $strategy "blueGreen") .dapr.appPort }}{{ fail "rollout.strategy blueGreen excludes dapr.appPort: Dapr would call the new side before it was judged" }}{{ end -}}
{{- if and (eq $strategy "worker") (not .worker) }}{{ fail "rollout.strategy worker wants worker: it judges by messages alone" }}{{ end -}}
{{- if and (has $strategy (list "canary" "worker")) (lt $least 2) }}{{ fail (printf "rollout.strategy %s wants two replicas at least: with one, the canary gets everything" $strategy) }}{{ end -}}
{{- if and (eq $strategy "worker") .autoscaling.enabled (eq .autoscaling.by "queue") .autoscaling.queue.idleToZero }}{{ fail "rollout.strategy worker excludes autoscaling.queue.idleToZero: nothing would run to compare the canary with" }}{{ end -}}
{{- if and .rollout.analysis.enabled (not .rollout.analysis.prometheus) }}{{ fail "rollout.analysis.prometheus is missing: who is asked for the figures" }}{{ end -}}
{{- if and .rollout.analysis.enabled (not .monitoring.enabled) }}{{ fail "rollout.analysis wants monitoring: nobody would collect the figures" }}{{ end -}}
{{- end -}}
{{- end -}}
{{- end }}
