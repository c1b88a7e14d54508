{{/* How to reach Kafka and with which Secret, from the values or as Strimzi sets it up: a dictionary as JSON. */}}
{{- define "wbiz.kafka" -}}
{{- $v := .root.Values }}
{{- $own := ternary $v.provision (get $v.services .service) (eq .service "provision") }}
{{- $kafka := dict "brokers" $v.kafka.brokers "tls" $v.kafka.tls.enabled "ca" $v.kafka.tls.caSecret "caKey" $v.kafka.tls.caKey "certificates" $v.kafka.tls.clientCertificates "certKey" $v.kafka.tls.certKey "keyKey" $v.kafka.tls.keyKey "mechanism" $v.kafka.sasl.mechanism "usernameKey" $v.kafka.sasl.usernameKey "passwordKey" $v.kafka.sasl.passwordKey }}
{{- $given := ternary (printf "%s-provision-given" (include "wbiz.fullname" .root)) (printf "%s-kafka" (include "wbiz.fullname" .root)) (eq .service "provision") }}
{{- $_ := set $kafka "secret" ($own.kafkaSecret | default $v.kafka.sasl.existingSecret | default $given) }}
{{- if $v.strimzi.enabled }}
{{- $user := include "wbiz.kafkaUser" . }}
{{- $_ := merge $kafka (dict "username" $user) }}
{{- $_ := set $kafka "brokers" ($v.kafka.brokers | default (printf "%s-kafka-bootstrap:%v" $v.strimzi.cluster $v.strimzi.port)) }}
{{- $_ := set $kafka "tls" true }}
{{- $_ := set $kafka "ca" ($v.kafka.tls.caSecret | default (printf "%s-cluster-ca-cert" $v.strimzi.cluster)) }}
{{- $_ := set $kafka "secret" $user }}
{{- $_ := set $kafka "passwordKey" "password" }}
{{- $_ := set $kafka "certKey" "user.crt" }}
{{- $_ := set $kafka "keyKey" "user.key" }}
{{- $_ := set $kafka "certificates" (eq $v.strimzi.authentication "tls") }}
{{- $_ := set $kafka "mechanism" (ternary "" $v.strimzi.authentication (eq $v.strimzi.authentication "tls")) }}
{{- end }}
{{- toJson $kafka }}
{{- end }}

{{- define "wbiz.env.kafka" -}}
{{- $kafka := include "wbiz.kafka" . | fromJson }}
{{- $v := .root.Values -}}
- { name: KAFKA_BROKERS, value: {{ $kafka.brokers | quote }} }
{{- with $v.kafka.topicPrefix }}
- { name: TOPIC_PREFIX, value: {{ . | quote }} }
{{- end }}
{{- if $kafka.tls }}
- { name: KAFKA_SSL, value: 'true' }
{{- end }}
{{- if $kafka.ca }}
- { name: KAFKA_SSL_CA, value: /etc/wbiz/kafka-ca/ca.crt }
{{- end }}
{{- if $kafka.certificates }}
- { name: KAFKA_SSL_CERT, value: /etc/wbiz/kafka/tls.crt }
- { name: KAFKA_SSL_KEY, value: /etc/wbiz/kafka/tls.key }
{{- end }}
{{- with $kafka.mechanism }}
- { name: KAFKA_SASL_MECHANISM, value: {{ . }} }
{{- $isOauth := eq . "oauthbearer" }}
{{- if $isOauth }}
- { name: KAFKA_OAUTH_TOKEN_URL, value: {{ $v.kafka.sasl.oauth.tokenUrl | quote }} }
{{- with $v.kafka.sasl.oauth.scope }}
- { name: KAFKA_OAUTH_SCOPE, value: {{ . | quote }} }
{{- end }}
{{- end }}
{{- if $kafka.username }}
- { name: KAFKA_SASL_USERNAME, value: {{ $kafka.username }} }
{{- else }}
- name: {{ ternary "KAFKA_OAUTH_CLIENT_ID" "KAFKA_SASL_USERNAME" $isOauth }}
  valueFrom: { secretKeyRef: { name: {{ $kafka.secret }}, key: {{ $kafka.usernameKey }} } }
{{- end }}
- name: {{ ternary "KAFKA_OAUTH_CLIENT_SECRET" "KAFKA_SASL_PASSWORD" $isOauth }}
  valueFrom: { secretKeyRef: { name: {{ $kafka.secret }}, key: {{ $kafka.passwordKey }} } }
{{- end }}
{{- end }}

{{- define "wbiz.mounts" -}}
- { name: tmp, mountPath: /tmp }
{{- $kafka := include "wbiz.kafka" . | fromJson }}
{{- if $kafka.ca }}
- { name: kafka-ca, mountPath: /etc/wbiz/kafka-ca, readOnly: true }
{{- end }}
{{- if $kafka.certificates }}
- { name: kafka, mountPath: /etc/wbiz/kafka, readOnly: true }
{{- end }}
{{- if .root.Values.postgres.caSecret }}
- { name: postgres-ca, mountPath: /etc/wbiz/postgres, readOnly: true }
{{- end }}
{{- end }}

{{- define "wbiz.volumes" -}}
- { name: tmp, emptyDir: { sizeLimit: 1Gi } }
{{- $kafka := include "wbiz.kafka" . | fromJson }}
{{- if $kafka.ca }}
- name: kafka-ca
  secret: { secretName: {{ $kafka.ca }}, items: [{ key: {{ $kafka.caKey }}, path: ca.crt }] }
{{- end }}
{{- if $kafka.certificates }}
- name: kafka
  secret:
    secretName: {{ $kafka.secret }}
    items: [{ key: {{ $kafka.certKey }}, path: tls.crt }, { key: {{ $kafka.keyKey }}, path: tls.key }]
{{- end }}
{{- with .root.Values.postgres }}
{{- if .caSecret }}
- name: postgres-ca
  secret: { secretName: {{ .caSecret }}, items: [{ key: {{ .caKey }}, path: ca.crt }] }
{{- end }}
{{- end }}
{{- end }}

{{/* The secrets that a service reads (see docs/security.md); the names of optional secrets end in "?". */}}
{{- define "wbiz.secretNames" -}}
DATABASE_URL RPC_SECRET
{{- if eq . "gateway" }} TOKENS_KEY TOKENS_KEY_PREVIOUS? WEBHOOKS_KEY WEBHOOKS_KEY_PREVIOUS? ANSWERS_KEY ANSWERS_KEY_PREVIOUS? ADMIN_TOKEN
{{- else if has . (list "messaging" "templates") }} TOKENS_KEY TOKENS_KEY_PREVIOUS?
{{- else if eq . "webhooks" }} WEBHOOKS_KEY WEBHOOKS_KEY_PREVIOUS?
{{- end }}
{{- end }}

{{- define "wbiz.env.secret" -}}
- name: {{ trimSuffix "?" .key }}
  valueFrom: { secretKeyRef: { name: {{ .secret }}, key: {{ trimSuffix "?" .key }}{{ if hasSuffix "?" .key }}, optional: true{{ end }} } }
{{- end }}

{{- define "wbiz.env" -}}
{{- $root := .root }}
{{- $v := .root.Values }}
{{- $service := .service -}}
- { name: NODE_OPTIONS, value: {{ $v.pods.nodeOptions | quote }} }
- { name: HOST, value: '{{ ternary "::" "0.0.0.0" $v.rpc.ipv6 }}' }
- { name: MIGRATE_ON_START, value: 'false' }
- { name: CLOUD_API_URL, value: {{ ternary "http://simulator:4000" $v.meta.cloudApiUrl $v.simulator.enabled | quote }} }
# This replica's address, to which other services send replies.
- { name: POD_IP, valueFrom: { fieldRef: { fieldPath: status.podIP } } }
{{- if $v.rpc.tlsSecret }}
- { name: RPC_DOMAIN, value: {{ include "wbiz.rpcDomain" . }} }
- { name: RPC_TLS_CERT, value: /etc/wbiz/rpc/tls.crt }
- { name: RPC_TLS_KEY, value: /etc/wbiz/rpc/tls.key }
- { name: RPC_TLS_CA, value: /etc/wbiz/rpc/ca.crt }
{{- else }}
- { name: RPC_ADVERTISE, value: '{{ ternary "[$(POD_IP)]" "$(POD_IP)" $v.rpc.ipv6 }}:8082' }
{{- end }}
{{- range splitList " " (include "wbiz.services" .) }}
- { name: {{ upper . }}_RPC, value: '{{ include "wbiz.rpcDomain" (dict "root" $root "service" .) }}:8082' }
{{- end }}
{{ include "wbiz.env.kafka" . }}
{{- range splitList " " (include "wbiz.secretNames" $service) }}
{{ include "wbiz.env.secret" (dict "secret" (include "wbiz.secret" $) "key" .) }}
{{- end }}
{{- if eq $service "gateway" }}
{{- range list "META_APP_SECRET" "META_VERIFY_TOKEN" }}
{{ include "wbiz.env.secret" (dict "secret" ($v.meta.existingSecret | default (printf "%s-meta" (include "wbiz.fullname" $root))) "key" .) }}
{{- end }}
{{- end }}
{{- if has $service (list "gateway" "messaging" "templates") }}
- { name: MEDIA_STORE, value: {{ $v.media.store | default "/var/lib/wbiz/media" | quote }} }
{{- with $v.media.existingSecret }}
{{- $secret := . }}
{{- range list "AWS_ACCESS_KEY_ID" "AWS_SECRET_ACCESS_KEY" "AWS_SESSION_TOKEN?" }}
{{ include "wbiz.env.secret" (dict "secret" $secret "key" .) }}
{{- end }}
{{- end }}
{{- end }}
{{- range $name, $value := merge (deepCopy (get $v.services $service).settings) $v.settings }}
- { name: {{ $name }}, value: {{ include "wbiz.text" $value | quote }} }
{{- end }}
{{- end }}

{{/* A value as text. Helm reads numbers as floats: a whole number must not get a .0 or become 1e+06. */}}
{{- define "wbiz.text" -}}
{{- if kindIs "float64" . }}{{ int64 . }}{{ else }}{{ . }}{{ end }}
{{- end }}
