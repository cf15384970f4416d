#!/bin/sh
# Roles and the database are made from k8s/postgres/base/cluster.yaml by whoever installs.
set -eu
bin=/usr/lib/postgresql/15/bin
if [ ! -s /data/database/PG_VERSION ]; then
  rm -rf /data/database
  "$bin/initdb" --pgdata /data/database --username postgres --encoding UTF8 --locale C.UTF-8 \
    --auth-local trust --auth-host scram-sha-256
  echo 'host all all all scram-sha-256' >>/data/database/pg_hba.conf
fi
exec "$bin/postgres" -D /data/database -c listen_addresses='*' -c unix_socket_directories=/tmp \
  -c max_connections=200 -c idle_in_transaction_session_timeout=60s
