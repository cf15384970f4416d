#!/bin/sh
# `make kind-up`: a cluster with a registry of its own and everything that is not ours, in the versions and with the
# values that argocd/platform names. Can be run again at any time; what is there stays.
set -eu
cd "$(dirname -- "$0")/../.."

registry=alta-registry
registry_port=5001
node_image=kindest/node:v1.34.0

say() { printf '  %-14s %s\n' "$1" "$2"; }
fail() { # step, why, what to try
  printf '\n✗ %s: %s\n  try: %s\n' "$1" "$2" "$3" >&2
  exit 1
}

docker info >/dev/null 2>&1 ||
  fail docker 'kind runs its nodes in Docker, and no Docker answers here' 'make up, which needs none'
for program in kind kubectl helm; do
  command -v "$program" >/dev/null 2>&1 || fail "$program" 'it is not on PATH' "install $program, then make kind-up again"
done

if [ "$(docker inspect -f '{{.State.Running}}' "$registry" 2>/dev/null || true)" != true ]; then
  docker rm -f "$registry" >/dev/null 2>&1 || true
  docker run -d --restart=unless-stopped -p "127.0.0.1:$registry_port:5000" --name "$registry" registry:3 >/dev/null
  say registry "localhost:$registry_port"
fi
if ! kind get clusters 2>/dev/null | grep -qx alta; then
  kind create cluster --config k8s/kind/cluster.yaml --image "$node_image"
fi
kubectl config use-context kind-alta >/dev/null

# localhost is the node itself there: images named localhost:5001/… come from the registry's container.
for node in $(kind get nodes --name alta); do
  folder=/etc/containerd/certs.d/localhost:$registry_port
  docker exec "$node" mkdir -p "$folder"
  printf '[host."http://%s:5000"]\n' "$registry" | docker exec -i "$node" cp /dev/stdin "$folder/hosts.toml"
done
[ "$(docker inspect -f '{{json .NetworkSettings.Networks.kind}}' "$registry")" != null ] ||
  docker network connect kind "$registry"

# Namespaces with the labels that Argo CD gives them elsewhere.
namespace() { # name, pod security, more labels
  kubectl create namespace "$1" --dry-run=client -o yaml | kubectl apply -f - >/dev/null
  # shellcheck disable=SC2086 # several labels on purpose
  kubectl label namespace "$1" --overwrite "pod-security.kubernetes.io/enforce=$2" ${3:-} >/dev/null
}
namespace alta-dev restricted alta.io/dapr=true
namespace monitoring restricted
namespace logging privileged
namespace istio-ingress baseline

# The Applications of argocd/platform without Argo CD: one list of versions, read by whoever installs.
node platform/src/manifests/install.ts | sh -eu

for part in issuers postgres rabbitmq redis storage mail; do
  kubectl apply --server-side --force-conflicts -k "k8s/$part/overlays/dev" >/dev/null
  say "$part" applied
done
say ready 'skaffold dev (all), skaffold dev -p ocr (one), skaffold dev -p observability'
