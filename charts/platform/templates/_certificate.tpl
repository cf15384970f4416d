{{- define "platform.certificate" -}}
secretName: {{ include "platform.tlsSecret" . }}
dnsNames: [{{ .Values.ingress.host | quote }}]
issuerRef: { kind: ClusterIssuer, name: {{ .Values.ingress.tls.issuer }} }
privateKey: { algorithm: ECDSA, size: 256, rotationPolicy: Always }
{{- end }}
