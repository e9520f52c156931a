#!/usr/bin/env bash
# Sees that the system has what Qt and its web engine load, and has what is missing installed.
# usage: libraries.sh FOLDER   (a virtual environment with PySide6 in it)
set -euo pipefail
folder=$1

# What PySide6 6.12 asks of Debian 12: found with ldd in a bare system, by the modules and plugins below.
packages=(
    libegl1 libgl1 libgbm1
    libglib2.0-0 libdbus-1-3 libfontconfig1 libfreetype6
    libxkbcommon0 libxkbcommon-x11-0 libxkbfile1
    libx11-6 libx11-xcb1 libxext6 libxfixes3 libxcomposite1 libxdamage1 libxrandr2 libxtst6
    libxcb1 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render0
    libxcb-render-util0 libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-util1 libxcb-xfixes0 libxcb-xkb1
    libwayland-client0 libwayland-cursor0 libwayland-egl1
    libnss3 libnspr4 libasound2 libpulse0
)

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

bash "$(dirname "$0")/apt.sh" "Qt lacks system libraries." "${packages[@]}"
lacking=$(missing | tr '\n' ' ')
if [ -n "$lacking" ]; then
    echo "Still missing after the installation: $lacking" >&2
    exit 1
fi
