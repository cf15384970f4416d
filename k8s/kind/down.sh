#!/bin/sh
# `make kind-down`: the cluster, its registry and all that was in them.
set -eu
docker info >/dev/null 2>&1 || { echo '  kind           no Docker answers here, so there is no cluster of kind' && exit 0; }
kind delete cluster --name alta
docker rm -f alta-registry >/dev/null 2>&1 || true
