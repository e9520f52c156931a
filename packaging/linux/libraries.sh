#!/usr/bin/env bash
# Sees that the system has what Qt and its web engine load, and has what is missing installed.
# usage: libraries.sh FOLDER   (a virtual environment with PySide6 in it)
set -euo pipefail
folder=$1

here=$(dirname "$0")
mapfile -t packages < <(grep -v '^#' "$here/debian-packages.txt")

missing() {
    local qt
    qt=$(echo "$folder"/lib/python3.*/site-packages/PySide6)
    if [ ! -d "$qt" ]; then
        echo "PySide6"
        return
    fi
    # ldd fails on an object of another platform; what counts is the names that it could not find.
    ldd "$qt"/{QtWidgets,QtSvg,QtMultimedia,QtWebEngineWidgets}.abi3.so "$qt/Qt/libexec/QtWebEngineProcess" \
        "$qt"/Qt/plugins/platforms/libq{offscreen,xcb,wayland}.so "$qt"/Qt/plugins/xcbglintegrations/*.so \
        2>/dev/null | awk '/not found/ {print $1}' | sort -u || true
}

lacking=$(missing | tr '\n' ' ')
if [ "$lacking" = "PySide6 " ]; then
    echo "$folder holds no PySide6; remove it and run make again" >&2
    exit 1
fi
if [ -z "$lacking" ]; then exit 0; fi

bash "$here/apt.sh" "Qt lacks system libraries." "${packages[@]}"
lacking=$(missing | tr '\n' ' ')
if [ -n "$lacking" ]; then
    echo "Still missing after the installation: $lacking" >&2
    exit 1
fi
