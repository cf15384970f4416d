# PostgreSQL, RabbitMQ and Redis of Debian in one image, for `make cluster-up`. Elsewhere operators bring them.
ARG DEBIAN_IMAGE
FROM ${DEBIAN_IMAGE}
# Packages would start their servers, and no init is here to do it.
RUN printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d \
  && apt-get update \
  && apt-get install -y --no-install-recommends postgresql-15 rabbitmq-server redis-server \
  && rm -rf /var/lib/apt/lists/* /var/cache/* /var/lib/postgresql/* /var/lib/rabbitmq/* \
  # The names that k8s/redis calls them by.
  && ln -s redis-server /usr/bin/valkey-server && ln -s redis-cli /usr/bin/valkey-cli \
  && echo 'server:x:999:999:server:/tmp:/usr/sbin/nologin' >>/etc/passwd && echo 'server:x:999:' >>/etc/group
USER 999:999
