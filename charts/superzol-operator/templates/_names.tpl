{{- define "name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 53 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "account" -}}
{{- .Values.serviceAccount.name | default (include "name" .) -}}
{{- end -}}

{{- define "selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "labels" -}}
{{ include "selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: superzol
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ with .digest }}@{{ . }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end -}}
{{- end -}}

{{/* where the operator works, as its environment says */}}
{{- define "place" -}}
{{- if .Values.watch.clusterWide -}}
- {name: SUPERZOL_OPERATOR_CLUSTER_WIDE, value: "true"}
{{- else -}}
- name: SUPERZOL_OPERATOR_NAMESPACES
  value: {{ join "," (.Values.watch.namespaces | default (list .Release.Namespace)) | quote }}
{{- end }}
- name: SUPERZOL_OPERATOR_LEASE_NAMESPACE
  valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
- {name: SUPERZOL_OPERATOR_LEASE_NAME, value: {{ include "name" . }}}
{{- end -}}
