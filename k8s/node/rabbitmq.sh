#!/bin/sh
set -eu
export HOME=/data RABBITMQ_NODENAME=rabbit@localhost RABBITMQ_MNESIA_BASE=/data/mnesia RABBITMQ_LOG_BASE=/data/log \
  RABBITMQ_CONFIG_FILE=/tmp/rabbitmq.conf RABBITMQ_ENABLED_PLUGINS_FILE=/tmp/enabled_plugins
echo '[rabbitmq_management,rabbitmq_prometheus].' >/tmp/enabled_plugins
cat >/tmp/rabbitmq.conf <<END
default_vhost = alta
default_user = $RABBITMQ_USER
default_pass = $RABBITMQ_PASSWORD
default_user_tags.policymaker = true
default_permissions.configure = .*
default_permissions.read = .*
default_permissions.write = .*
loopback_users = none
log.console = true
log.file = false
consumer_timeout = 1800000
vm_memory_high_watermark.absolute = 512MiB
disk_free_limit.absolute = 200MB
END
exec /usr/lib/rabbitmq/bin/rabbitmq-server
