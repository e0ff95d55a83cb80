{{- define "isthmus.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "isthmus.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains (include "isthmus.name" .) .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "isthmus.name" .) | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "isthmus.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride -}}
{{- end -}}

{{- define "isthmus.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "isthmus.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "isthmus.selectorLabels" -}}
app.kubernetes.io/name: {{ include "isthmus.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "isthmus.labels" -}}
{{ include "isthmus.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* isthmus.yaml, with the paths of what the chart mounts. */}}
{{- define "isthmus.config" -}}
{{- $config := deepCopy .Values.config -}}
{{- $redis := dig "store" "redis" dict $config -}}
{{- if and $redis .Values.redis.existingSecret.name (not $redis.passwordFile) -}}
{{- $_ := set $redis "passwordFile" (printf "/run/secrets/redis/%s" .Values.redis.existingSecret.key) -}}
{{- end -}}
{{- if and $redis .Values.redis.existingCaConfigMap -}}
{{- $tls := default dict $redis.tls -}}
{{- if not $tls.caFile -}}{{- $_ := set $tls "caFile" "/run/redis-ca/ca.pem" -}}{{- end -}}
{{- $_ := set $redis "tls" $tls -}}
{{- end -}}
{{- if eq (dig "election" "backend" "" $config) "kubernetes" -}}
{{- $lease := default dict $config.election.kubernetes -}}
{{- if not $lease.namespace -}}{{- $_ := set $lease "namespace" (include "isthmus.leaseNamespace" .) -}}{{- end -}}
{{- $_ := set $config.election "kubernetes" $lease -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}

{{- define "isthmus.leaseNamespace" -}}
{{- $default := .Values.electionLease.namespace | default (include "isthmus.namespace" .) -}}
{{- dig "election" "kubernetes" "namespace" $default .Values.config -}}
{{- end -}}

{{- define "isthmus.leaseName" -}}
{{- $default := .Values.electionLease.name | default (printf "isthmus-%s" (dig "hub" "name" "" .Values.config)) -}}
{{- dig "election" "kubernetes" "leaseName" $default .Values.config -}}
{{- end -}}

{{/* Whether the elector is a Lease of the hub's own cluster. */}}
{{- define "isthmus.isLease" -}}
{{- if or .Values.electionLease.enabled (eq (dig "election" "backend" "" .Values.config) "kubernetes") -}}true{{- end -}}
{{- end -}}

{{/* Whether the pods ask the hub's own API server. */}}
{{- define "isthmus.asksOwnCluster" -}}
{{- if or .Values.clusterSecrets.enabled (include "isthmus.isLease" .) -}}true{{- end -}}
{{- end -}}

{{/* What would come up and not do what was meant. */}}
{{- define "isthmus.check" -}}
{{- if and (not .Values.config) (not .Values.existingConfigMap) -}}
{{- fail "set config (isthmus.yaml as values) or existingConfigMap" -}}
{{- end -}}
{{- if and .Values.config .Values.existingConfigMap -}}
{{- fail "set config or existingConfigMap, not both: the config would be ignored" -}}
{{- end -}}
{{- $isElected := or (dig "store" "redis" "" .Values.config) (include "isthmus.isLease" .) -}}
{{- if and .Values.config (gt (int .Values.replicaCount) 1) (not $isElected) -}}
{{- fail "replicaCount is more than 1 and nothing elects a leader: set config.store.redis, or replicaCount: 1" -}}
{{- end -}}
{{- if and .Values.electionLease.enabled (eq (include "isthmus.leaseName" .) "isthmus-") -}}
{{- fail "set electionLease.name to the name of the Lease in your configuration" -}}
{{- end -}}
{{- if and .Values.redis.existingSecret.name .Values.config (not (dig "store" "redis" "" .Values.config)) -}}
{{- fail "redis.existingSecret is set and config.store.redis is not" -}}
{{- end -}}
{{- end -}}
