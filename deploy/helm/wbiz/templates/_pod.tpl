{{/* What every pod has: no token of the Kubernetes API, not root, no writable path but /tmp. */}}
{{- define "wbiz.pod" -}}
serviceAccountName: {{ .account }}
automountServiceAccountToken: {{ .token | default false }}
enableServiceLinks: false
# A name with two or more dots is looked up as it is first, and with the search domains after that.
dnsConfig: { options: [{ name: ndots, value: '2' }] }
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- with .root.Values }}
{{- with .image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .pods.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .pods.nodeSelector }}
nodeSelector: {{ toJson . }}
{{- end }}
{{- with .pods.tolerations }}
tolerations: {{ toJson . }}
{{- end }}
{{- end }}
{{- end }}

{{- define "wbiz.container" -}}
image: {{ include "wbiz.image" .root | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
resources: {{ toJson .resources }}
{{- end }}

{{/* The pod template of a service, the same for all services. */}}
{{- define "wbiz.service.pod" -}}
{{- $v := .root.Values }}
{{- $own := get $v.services .service }}
{{- $hasMedia := and (include "wbiz.hasVolume" .root) (has .service (list "gateway" "messaging" "templates")) -}}
metadata:
  labels: {{- include "wbiz.podLabels" (dict "root" .root "component" .service) | nindent 4 }}
  annotations:
    # A hash of the values in the chart's Secrets: a change restarts the pods.
    wbiz/given: {{ list $v.kafka.sasl $v.meta | toJson | sha256sum | trunc 16 }}
    {{- with $v.pods.annotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  {{- include "wbiz.pod" (dict "root" .root "account" (printf "%s-%s" (include "wbiz.fullname" .root) .service)) | nindent 2 }}
  # The drain before SIGTERM, the 10 s that a process may take after it, and 5 s to spare.
  terminationGracePeriodSeconds: {{ add (int $own.drainSeconds) 15 }}
  topologySpreadConstraints:
    {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector: { matchLabels: {{ include "wbiz.selector" (dict "root" $.root "component" $.service) | fromYaml | toJson }} }
      matchLabelKeys: [pod-template-hash]
    {{- end }}
  containers:
    - name: {{ .service }}
      {{- include "wbiz.container" (dict "root" .root "resources" $own.resources) | nindent 6 }}
      {{- if $v.rpc.tlsSecret }}
      # A DNS name for the pod: a certificate cannot list the IP addresses of pods.
      command: [sh, -c, 'export RPC_ADVERTISE="$(echo "$POD_IP" | tr .: --).$RPC_DOMAIN:8082"; exec node apps/{{ .service }}/dist/main.js']
      {{- else }}
      command: [node, apps/{{ .service }}/dist/main.js]
      {{- end }}
      env:
        {{- include "wbiz.env" . | nindent 8 }}
      {{- with $v.settingsSecret }}
      envFrom: [{ secretRef: { name: {{ . }} } }]
      {{- end }}
      ports:
        {{- if eq .service "gateway" }}
        - { name: http, containerPort: 3000 }
        {{- end }}
        - { name: health, containerPort: 8081 }
        - { name: rpc, containerPort: 8082 }
      # Succeeds as soon as Node runs; the readiness probe waits for Kafka, Postgres and migrations.
      startupProbe:
        httpGet: { path: /health/live, port: health }
        periodSeconds: 2
        failureThreshold: 60
      # Fails if the event loop is blocked. A consumer that cannot recover ends the process without this probe.
      livenessProbe:
        httpGet: { path: /health/live, port: health }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: { path: /health/ready, port: health }
        periodSeconds: 3
        timeoutSeconds: 3
        failureThreshold: 2
      {{- with $own.drainSeconds }}
      lifecycle:
        preStop: { sleep: { seconds: {{ . }} } }
      {{- end }}
      volumeMounts:
        {{- include "wbiz.mounts" . | nindent 8 }}
        {{- if $v.rpc.tlsSecret }}
        - { name: rpc, mountPath: /etc/wbiz/rpc, readOnly: true }
        {{- end }}
        {{- if $hasMedia }}
        - { name: media, mountPath: /var/lib/wbiz/media }
        {{- end }}
  volumes:
    {{- include "wbiz.volumes" . | nindent 4 }}
    {{- with $v.rpc.tlsSecret }}
    - { name: rpc, secret: { secretName: {{ . }} } }
    {{- end }}
    {{- if $hasMedia }}
    - name: media
      persistentVolumeClaim: { claimName: {{ $v.media.volume.existingClaim | default (printf "%s-media" (include "wbiz.fullname" .root)) }} }
    {{- end }}
{{- end }}
