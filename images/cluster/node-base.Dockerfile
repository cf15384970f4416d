# What images/Dockerfile calls NODE_IMAGE, made of Debian and Node's own packages on the npm registry, for machines that
# reach no registry of images (`make cluster-up`). The context holds `node` and `npm`.
ARG DEBIAN_IMAGE
FROM ${DEBIAN_IMAGE}
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
# Node asks no system store by itself; a company's registry may have a certificate of its own.
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
