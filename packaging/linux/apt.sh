#!/usr/bin/env bash
# Installs Debian packages where that can be done without asking; else prints the one command that does it.
# usage: apt.sh WHY PACKAGE...
set -euo pipefail
why=$1
shift

if ! command -v apt-get >/dev/null; then
    {
        echo "$why"
        echo "This system has no apt-get. Install what Debian calls: $*"
    } >&2
    exit 1
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
        {
            echo "$why"
            echo "Run this once, then the same make again:"
            echo "    sudo apt-get update && sudo apt-get install -y --no-install-recommends $*"
        } >&2
        exit 1
    fi
    as_root=(sudo -n)
fi

echo "$why Installing: $*"
"${as_root[@]}" apt-get update -qq
# Debian 13 and Ubuntu 24.04 renamed some libraries when their time stamps grew to 64 bits.
names=()
for name in "$@"; do
    if apt-cache show "${name}t64" >/dev/null 2>&1; then names+=("${name}t64"); else names+=("$name"); fi
done
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-upgrade --no-install-recommends "${names[@]}" >/dev/null
