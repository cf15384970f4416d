#!/bin/sh
# A backup that was never restored is a hope. Step 1 of 3: a second cluster from the backup, beside the running one.
set -eu
kubectl delete cluster restore-test --ignore-not-found --wait=true --timeout=300s
began=$(date +%s)
kubectl create -f /restore-test/cluster.yaml
if kubectl wait --for=condition=Ready cluster/restore-test --timeout=3600s; then
  echo "restored in $(($(date +%s) - began)) s"
else
  echo 'not restored within an hour' >/shared/fault
fi
