{{- define "wbiz.services" -}}
gateway messaging contacts templates campaigns webhooks
{{- end }}

{{- define "wbiz.fullname" -}}
{{- if contains "wbiz" .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-wbiz" (.Release.Name | trunc 35 | trimSuffix "-") }}{{ end }}
{{- end }}

{{- define "wbiz.labels" -}}
app.kubernetes.io/name: wbiz
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{/* The labels that select one component; with component "", all components. */}}
{{- define "wbiz.selector" -}}
app.kubernetes.io/name: wbiz
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{/* The labels of a pod. They leave out the chart's version: a new version of the chart alone must not restart pods. */}}
{{- define "wbiz.podLabels" -}}
{{ include "wbiz.selector" . }}
app.kubernetes.io/version: {{ .root.Values.image.tag | default .root.Chart.AppVersion | trunc 63 | quote }}
{{- end }}

{{- define "wbiz.image" -}}
{{- with .Values.image }}{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}{{ end }}
{{- end }}

{{/* The name of a service's Secret: the one in secrets.existing, or the one that provisioning makes. */}}
{{- define "wbiz.secret" -}}
{{- get .root.Values.secrets.existing .service | default (printf "%s-%s-secrets" (include "wbiz.fullname" .root) .service) }}
{{- end }}

{{- define "wbiz.kafkaUser" -}}
{{ include "wbiz.fullname" .root }}-{{ .service }}
{{- end }}

{{- define "wbiz.rpcDomain" -}}
{{ include "wbiz.fullname" .root }}-{{ .service }}-rpc.{{ .root.Release.Namespace }}.svc.{{ .root.Values.rpc.clusterDomain }}
{{- end }}

{{- define "wbiz.hasVolume" -}}
{{- if not .Values.media.store }}true{{ end }}
{{- end }}

{{/* Makes an object a hook before each install and upgrade, but not with Strimzi, whose Secrets do not exist that early. */}}
{{- define "wbiz.hook" -}}
{{- if not .root.Values.strimzi.enabled -}}
annotations:
  helm.sh/hook: pre-install,pre-upgrade
  helm.sh/hook-weight: {{ .weight | quote }}
  helm.sh/hook-delete-policy: {{ .policy }}
{{- end }}
{{- end }}

{{- define "wbiz.provisionName" -}}
{{ include "wbiz.fullname" . }}-provision{{ if .Values.strimzi.enabled }}-{{ list .Values .Chart.Version .Chart.AppVersion | toJson | sha256sum | trunc 8 }}{{ end }}
{{- end }}

{{/* Checks that values.schema.json cannot express. */}}
{{- define "wbiz.checked" -}}
{{- $v := .Values }}
{{- if and $v.strimzi.enabled (not $v.strimzi.cluster) }}{{ fail "strimzi.cluster is missing: the name of the Kafka whose topics and users these are" }}{{ end }}
{{- if and (not $v.strimzi.enabled) (not $v.kafka.brokers) }}{{ fail "kafka.brokers is missing: host:port,host:port" }}{{ end }}
{{- if and $v.strimzi.enabled (or $v.kafka.sasl.mechanism $v.kafka.tls.clientCertificates) }}{{ fail "strimzi.enabled says how Kafka knows the services: leave out kafka.sasl and kafka.tls.clientCertificates" }}{{ end }}
{{- with $v.kafka }}
{{- if and .sasl.mechanism (not .sasl.existingSecret) (not (and .sasl.username .sasl.password)) }}
{{- range splitList " " (include "wbiz.services" $) }}{{ if not (get $v.services .).kafkaSecret }}{{ fail (printf "kafka.sasl.mechanism needs kafka.sasl.existingSecret, kafka.sasl.username and kafka.sasl.password, or services.%s.kafkaSecret" .) }}{{ end }}{{ end }}
{{- if not $v.provision.kafkaSecret }}{{ fail "kafka.sasl.mechanism needs provision.kafkaSecret too" }}{{ end }}
{{- end }}
{{- if and (eq .sasl.mechanism "oauthbearer") (not .sasl.oauth.tokenUrl) }}{{ fail "kafka.sasl.oauth.tokenUrl is missing: oauthbearer asks there for access tokens" }}{{ end }}
{{- if and .tls.clientCertificates (not .sasl.existingSecret) (not $v.provision.kafkaSecret) }}{{ fail "kafka.tls.clientCertificates needs kafka.sasl.existingSecret, or services.<name>.kafkaSecret and provision.kafkaSecret" }}{{ end }}
{{- end }}
{{- if not (or $v.postgres.adminUrl $v.postgres.adminSecret) }}
{{- range $service, $name := $v.secrets.existing }}{{ if not $name }}{{ fail (printf "postgres.adminUrl or postgres.adminSecret is missing; without them secrets.existing.%s has to name a Secret with a DATABASE_URL" $service) }}{{ end }}{{ end }}
{{- end }}
{{- if not (or $v.simulator.enabled $v.meta.existingSecret (and $v.meta.appSecret $v.meta.verifyToken)) }}{{ fail "meta.existingSecret, or meta.appSecret and meta.verifyToken, is missing" }}{{ end }}
{{- range $service, $own := $v.services }}
{{- if gt (int $own.autoscaling.min) (int $own.autoscaling.max) }}{{ fail (printf "services.%s.autoscaling.min is larger than max" $service) }}{{ end }}
{{- end }}
{{- if $v.networkPolicy.enabled }}
{{- if and $v.monitoring.serviceMonitor.enabled (not $v.networkPolicy.monitoringFrom) }}{{ fail "networkPolicy.monitoringFrom is missing: monitoring.serviceMonitor has Prometheus read /metrics" }}{{ end }}
{{- if not $v.networkPolicy.extraEgress }}
{{- range list "OTEL_EXPORTER_OTLP_ENDPOINT" "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" }}
{{- if hasKey $v.settings . }}{{ fail (printf "networkPolicy.extraEgress is missing: settings.%s has the services reach a collector" .) }}{{ end }}
{{- end }}
{{- end }}
{{- end }}
{{- if and $v.ingress.enabled (not $v.ingress.host) }}{{ fail "ingress.host is missing" }}{{ end }}
{{- if and $v.gatewayApi.enabled (not $v.gatewayApi.parentRefs) }}{{ fail "gatewayApi.parentRefs is missing" }}{{ end }}
{{- end }}
