# Dapr's sidecar with the patches of platform/tools/dapr/patches; see docs/decisions/0013. Built from the root of the checkout:
#   docker build -f images/daprd.Dockerfile -t alta/daprd:1.18.2-alta.1 .
# The same steps as platform/src/daprd/daprd.ts takes on a developer's machine.
ARG GO_IMAGE=golang:1.26.8-bookworm
# CA certificates and the user 65532, nothing else: the binary is static.
ARG RUN_IMAGE=gcr.io/distroless/static-debian12:nonroot

FROM ${GO_IMAGE} AS build
ARG RELEASE=1.18.2
ARG VERSION=1.18.2-alta.1
ENV CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS=-mod=readonly
WORKDIR /tools
COPY platform/tools/dapr/go.mod platform/tools/dapr/go.sum ./
RUN go mod download github.com/dapr/dapr \
  && cp -r "$(go env GOMODCACHE)/github.com/dapr/dapr@v${RELEASE}" /dapr && chmod -R u+w /dapr
COPY platform/tools/dapr/patches /patches
RUN cd /dapr && for patch in /patches/*.patch; do git apply "$patch" || exit 1; done
RUN cp go.mod /patched.mod && cp go.sum /patched.sum && echo "replace github.com/dapr/dapr => /dapr" >>/patched.mod \
  && go build -modfile=/patched.mod -buildvcs=false -trimpath -tags allcomponents -o /daprd \
    -ldflags "-s -w -X github.com/dapr/dapr/pkg/buildinfo.version=${VERSION} -X github.com/dapr/kit/logger.DaprVersion=${VERSION}" \
    github.com/dapr/dapr/cmd/daprd

FROM ${RUN_IMAGE}
COPY --from=build /daprd /daprd
USER 65532
ENTRYPOINT ["/daprd"]
