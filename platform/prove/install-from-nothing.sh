#!/bin/sh
# Proves the installation where nothing is there: a clean Debian root made by debootstrap, in a network and PID
# namespace of its own (so that no server of this machine answers), from `git clone` to the table of samples, a
# second `make up`, `make down` and a look for what it left behind. Root only; takes 20 to 40 minutes, most of it
# the one build of daprd. No cache of this machine is visible inside; how it reaches the registries (certificate
# authorities, proxies, resolver) is copied. KEEP=1 leaves the root for a look; PROVE_ROOT says where it lies.
# PROVE=test runs `make test` instead; PROVE_USER=ada does it as this ordinary user, who has no sudo (the root of an
# earlier run has the packages).
set -eu

[ "$(id -u)" = 0 ] || { echo 'make prove-install needs root (debootstrap, chroot, namespaces)' >&2; exit 1; }
for command in debootstrap ip nft unshare git; do
  command -v "$command" >/dev/null || { echo "missing: $command; try: apt-get install debootstrap iproute2 nftables util-linux git" >&2; exit 1; }
done

checkout=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
root=${PROVE_ROOT:-/tmp/alta-prove-$$}
user=${PROVE_USER:-root}
name=alta$$
subnet=10.213.$(($$ % 250))
forwarding=$(cat /proc/sys/net/ipv4/ip_forward)
say() { printf '\n══ %s\n' "$1"; }

cleanup() {
  code=$?
  trap - EXIT INT TERM
  ip netns del "$name" 2>/dev/null || true
  nft delete table ip "$name" 2>/dev/null || true
  [ "$forwarding" = 1 ] || echo 0 >/proc/sys/net/ipv4/ip_forward
  # Mounts were made in the namespace and ended with it; if one is seen here, nothing below it may be removed.
  if [ -z "${KEEP:-}" ] && ! grep -q " $root" /proc/mounts; then rm -rf "$root"; else echo "kept: $root"; fi
  exit "$code"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

say "a clean Debian root in $root"
mirror=$(sed -n 's/^URIs: //p; s/^deb \(\[[^]]*\] \)\{0,1\}\([^ ]*\) .*/\2/p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1)
# A root kept by KEEP=1 is used again: what was installed in it is there, the checkout is cloned anew.
[ -f "$root/etc/debian_version" ] ||
  debootstrap --variant=minbase --include=ca-certificates,git,make bookworm "$root" ${mirror:+"$mirror"} >"$root.log" 2>&1 ||
    { tail -n 5 "$root.log"; exit 1; }
rm -f "$root.log"

# How this machine reaches its registries; nothing that was ever fetched through them.
cp /etc/resolv.conf "$root/etc/resolv.conf"
for settings in /etc/apt/apt.conf.d/99* /etc/npmrc; do [ ! -f "$settings" ] || cp "$settings" "$root$settings"; done
mkdir -p "$root/usr/local/share/ca-certificates"
cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/" 2>/dev/null || true
chroot "$root" update-ca-certificates >/dev/null 2>&1
git -C "$checkout" bundle create -q "$root/srv/alta.bundle" HEAD
home=/root
if [ "$user" != root ]; then
  home=/home/$user
  chroot "$root" id "$user" >/dev/null 2>&1 || chroot "$root" useradd --create-home "$user"
fi

cat >"$root/srv/prove.sh" <<'INSIDE'
#!/bin/sh
set -eu
say() { printf '\n══ %s (%s s)\n' "$1" "$(($(date +%s) - began))"; }
listening() { awk 'FNR > 1 && $4 == "0A" { split($2, a, ":"); print a[2] }' /proc/net/tcp /proc/net/tcp6 | sort -u | tr '\n' ' '; }
began=$(date +%s)
failed=0
cd "$HOME"
say 'git clone'
# Another path each time: in a kept root the database of an earlier run is somebody else's.
rm -rf alta-*
git -c advice.detachedHead=false clone -q /srv/alta.bundle "alta-$began"
cd "alta-$began"
if [ "$PROVE" = test ]; then
  say 'make test'
  make test || failed=1
else
  say 'make up'
  make up
  say 'make status'
  make status
  say 'make up again'
  again=$(date +%s)
  make up
  echo "the second make up took $(($(date +%s) - again)) s"
  say 'make down'
  make down
fi
sleep 2
say 'what is left'
ports=$(listening)
processes=$(for each in /proc/[0-9]*; do
  pid=${each#/proc/}
  # PID 1 is this namespace's first shell; this script and its own children do not count.
  [ "$pid" = 1 ] || [ "$pid" = $$ ] || [ "$(awk '{ print $4 }' "$each/stat" 2>/dev/null)" = $$ ] || tr '\0' ' ' <"$each/cmdline" 2>/dev/null
done)
if [ -z "$ports$processes" ]; then echo 'no process, no open port'; else
  echo "left behind: ports (hex) $ports processes: $processes"
  failed=1
fi
exit $failed
INSIDE

say 'a network of its own'
ip netns add "$name"
ip link add "v$name" type veth peer name eth0 netns "$name"
ip addr add "$subnet.1/24" dev "v$name"
ip link set "v$name" up
ip -n "$name" addr add "$subnet.2/24" dev eth0
ip -n "$name" link set lo up
ip -n "$name" link set eth0 up
ip -n "$name" route add default via "$subnet.1"
echo 1 >/proc/sys/net/ipv4/ip_forward
nft add table ip "$name"
nft "add chain ip $name out { type nat hook postrouting priority 100 ; }"
nft "add rule ip $name out ip saddr $subnet.0/24 masquerade"

# The script is the namespace's second process: when it ends, the kernel ends everything it left.
ip netns exec "$name" unshare --mount --pid --fork --kill-child sh -c "
  mount --make-rprivate / &&
  mount -t proc proc '$root/proc' &&
  mount -t tmpfs tmpfs '$root/dev' && mkdir '$root/dev/pts' '$root/dev/shm' &&
  mount -t devpts devpts '$root/dev/pts' -o newinstance,ptmxmode=0666 && ln -s pts/ptmx '$root/dev/ptmx' &&
  mount -t tmpfs tmpfs '$root/dev/shm' &&
  for node in 'null 1 3' 'zero 1 5' 'full 1 7' 'random 1 8' 'urandom 1 9' 'tty 5 0'; do
    set -- \$node; mknod -m 666 \"$root/dev/\$1\" c \$2 \$3; done &&
  ln -s /proc/self/fd '$root/dev/fd' && ln -s fd/0 '$root/dev/stdin' && ln -s fd/1 '$root/dev/stdout' && ln -s fd/2 '$root/dev/stderr' &&
  env -i HOME='$home' PROVE='${PROVE:-up}' TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    ${NODE_EXTRA_CA_CERTS:+NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt} \
    ${GOPROXY:+GOPROXY=$GOPROXY} ${HTTPS_PROXY:+HTTPS_PROXY=$HTTPS_PROXY} ${HTTP_PROXY:+HTTP_PROXY=$HTTP_PROXY} \
    chroot --userspec='$user:$user' '$root' sh /srv/prove.sh; exit \$?"
say 'proved'
