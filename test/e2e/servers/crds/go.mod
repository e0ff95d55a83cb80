// Istio's custom resource definitions: the version that the e2e suite installs. Nothing imports it: go mod tidy would drop it.
module isthmus.dev/e2e/crds

go 1.24.0

require istio.io/api v1.30.3
