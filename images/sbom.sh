#!/bin/sh
# What is in the image of a service, as CycloneDX: the packages of npm with their licences, from the lock file that the
# image is built from. Debian's packages in `transcription` are listed by its own database, on the image:
#   dpkg-query --admindir=/var/lib/dpkg -W
# usage: images/sbom.sh documents >documents.cdx.json
set -eu
service=${1:?which service? images/sbom.sh documents}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
[ -d "$root/services/$service" ] || { echo "there is no services/$service" >&2; exit 1; }
cd "$root"
exec pnpm --filter "@alta/$service" sbom --sbom-format cyclonedx --sbom-type application --prod
