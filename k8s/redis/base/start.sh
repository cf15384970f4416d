#!/bin/sh
# The first pod is the primary, the others copy it. There is no automatic failover: Kubernetes starts the first pod
# anew with its volume, which takes seconds; Alta waits meanwhile and loses nothing that it accepted. For failover
# without a pause use a managed Redis and its address in charts/platform (redis.host).
set -eu
set -- valkey-server /etc/valkey/valkey.conf --requirepass "$REDIS_PASSWORD" --masterauth "$REDIS_PASSWORD"
if [ -n "${MAX_MEMORY:-}" ]; then
  set -- "$@" --maxmemory "$MAX_MEMORY"
fi
if [ "$HOSTNAME" != redis-0 ]; then
  set -- "$@" --replicaof redis-0.redis-nodes 6379
elif [ "${REPLICAS_NEEDED:-0}" != 0 ]; then
  set -- "$@" --min-replicas-to-write "$REPLICAS_NEEDED"
fi
exec "$@"
