#!/bin/sh
# Brings Node 24 and pnpm (PATH, else a user cache, else the npm registry), installs the workspace's
# packages when they are stale, then hands over to the runner. Needs a POSIX shell, tar and cksum only,
# because the machine's own Node may be old or missing.
set -eu

node_version=24.21.0
pnpm_version=12.21.0
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/alta

say() { printf '  %-14s %s\n' "$1" "$2" >&2; }
fail() { # step, why, command to try
  printf '\n✗ %s failed: %s\n  try: %s\n' "$1" "$2" "$3" >&2
  exit 1
}

system_node_is_enough() {
  command -v node >/dev/null 2>&1 || return 1
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 24 || (a === 24 && b >= 9) ? 0 : 1)'
}

# Long work with its output in a log: a sign of life every 30 s, as from the runner's own steps.
quietly() { # step, log, command
  step=$1 log=$2
  shift 2
  (
    seconds=0
    # The sleep holds none of our outputs: who reads them through a pipe need not wait for it.
    while sleep 30 >/dev/null 2>&1 && kill -0 $$ 2>/dev/null; do
      seconds=$((seconds + 30))
      say "$step" "still at it, $seconds s"
    done
  ) &
  life=$!
  code=0
  "$@" >"$log" 2>&1 || code=$?
  kill "$life" 2>/dev/null || true
  return "$code"
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null 2>&1; then sudo "$@"
  else return 1
  fi
}

install_npm() {
  as_root apt-get update && as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y --no-install-recommends \
    -o DPkg::Lock::Timeout=600 nodejs npm
}

# Some npm, of any age: it only fetches. Debian's is enough.
need_npm() {
  command -v npm >/dev/null 2>&1 && return 0
  command -v apt-get >/dev/null 2>&1 ||
    fail npm 'neither Node nor npm is here, and there is no apt-get to install them' "install Node $node_version (https://nodejs.org), then run make again"
  say npm 'installing Debian'"'"'s nodejs and npm by apt-get; takes a few minutes'
  mkdir -p "$root/.alta/logs"
  if ! quietly npm "$root/.alta/logs/bootstrap-npm.log" install_npm; then
    tail -n 5 "$root/.alta/logs/bootstrap-npm.log" >&2
    fail npm 'apt-get could not install nodejs and npm (log: .alta/logs/bootstrap-npm.log)' 'sudo apt-get install nodejs npm'
  fi
}

# npm with its errors alone, within seconds also when there is no network (it would wait for minutes in silence), and
# without the warnings of a new Node about an old npm.
fetch() { NODE_NO_WARNINGS=1 npm "$@" --loglevel=error --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000; }

# Two checkouts may fetch at once: each works in its own folder, and the first rename wins.
publish() { # finished folder, destination
  [ -e "$2" ] || mv "$1" "$2" 2>/dev/null || [ -e "$2" ]
  rm -rf "$1"
}

fetch_node() {
  os=$(uname -s | tr '[:upper:]' '[:lower:]')
  case $(uname -m) in
    x86_64 | amd64) arch=x64 ;;
    aarch64 | arm64) arch=arm64 ;;
    *) fail Node "there is no ready Node for $(uname -m)" "install Node $node_version yourself and put it on PATH" ;;
  esac
  need_npm
  say Node "fetching node-$os-$arch@$node_version from the npm registry into $cache"
  work=$cache/.node.$$
  mkdir -p "$work/node/bin"
  (cd "$work" && fetch pack "node-$os-$arch@$node_version" >/dev/null && tar xzf ./*.tgz) ||
    fail Node "npm could not fetch node-$os-$arch@$node_version" "npm pack node-$os-$arch@$node_version"
  mv "$work/package/bin/node" "$work/node/bin/node"
  "$work/node/bin/node" --version >/dev/null ||
    fail Node 'the fetched binary does not run on this machine' "install Node $node_version yourself and put it on PATH"
  publish "$work/node" "$cache/node-$node_version"
  rm -rf "$work"
}

fetch_pnpm() {
  need_npm
  say pnpm "fetching pnpm@$pnpm_version from the npm registry into $cache"
  work=$cache/.pnpm.$$
  mkdir -p "$work"
  # Under the new Node: pnpm's own install script puts the native binary in place.
  fetch install --no-audit --no-fund --prefix "$work" "pnpm@$pnpm_version" >/dev/null ||
    fail pnpm "npm could not fetch pnpm@$pnpm_version" "npm install --prefix /tmp/pnpm pnpm@$pnpm_version"
  publish "$work" "$cache/pnpm-$pnpm_version"
}

install_packages() {
  fingerprint=$(cat "$root/pnpm-lock.yaml" "$root/pnpm-workspace.yaml" "$root"/package.json "$root"/*/package.json \
    "$root"/services/*/package.json "$root"/services/shared/*/package.json 2>/dev/null | cksum)
  stamp=$root/node_modules/.alta-installed
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$fingerprint" ] && return 0
  say packages 'installing the workspace from pnpm-lock.yaml'
  (cd "$root" && CI=true pnpm install --frozen-lockfile --reporter=append-only >&2) ||
    fail packages 'pnpm could not install the workspace; its last lines above say why' 'the same command again; what was fetched is kept'
  printf '%s' "$fingerprint" >"$stamp"
}

if ! system_node_is_enough; then
  [ -x "$cache/node-$node_version/bin/node" ] || fetch_node
  PATH=$cache/node-$node_version/bin:$PATH
fi
if [ "$(pnpm --version 2>/dev/null || true)" != "$pnpm_version" ]; then
  [ -x "$cache/pnpm-$pnpm_version/node_modules/.bin/pnpm" ] || fetch_pnpm
  PATH=$cache/pnpm-$pnpm_version/node_modules/.bin:$PATH
fi
# Compiled once: every start of a Node of ours takes half the time. Of this checkout, and gone with `make clean`.
export PATH NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE:-$root/.alta/compiled}"
install_packages
# exec: the runner gets the signals that the terminal sends.
exec node "$root/platform/src/cli.ts" "$@"
