# What images/Dockerfile calls RUN_IMAGE, made of Debian's packages: glibc, libstdc++, certificates, time zones and the
# user 65532, as in distroless/cc; no shell, no package manager.
ARG DEBIAN_IMAGE
FROM ${DEBIAN_IMAGE} AS debian
RUN mkdir -p /base/usr/lib/x86_64-linux-gnu /base/usr/lib64 /base/usr/share /base/etc /base/tmp && chmod 1777 /base/tmp \
  && dpkg -L libc6 libgcc-s1 libstdc++6 | sed 's,^/lib,/usr/lib,' | grep '^/usr/lib/x86_64-linux-gnu/[^/]*\.so' \
    | xargs cp --no-dereference --target-directory /base/usr/lib/x86_64-linux-gnu \
  && cp --no-dereference /usr/lib64/* /base/usr/lib64/ \
  && ln -s usr/lib usr/lib64 /base/ \
  && cp -r /usr/share/zoneinfo /base/usr/share/ && cp -r /etc/ssl /base/etc/ \
  && echo 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin' >/base/etc/passwd \
  && echo 'nonroot:x:65532:' >/base/etc/group \
  && echo 'hosts: files dns' >/base/etc/nsswitch.conf

FROM scratch
COPY --from=debian /base /
USER 65532
