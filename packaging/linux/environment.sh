#!/usr/bin/env bash
# Brings a virtual environment to exactly what a lock file says; does nothing where it is there already.
# usage: environment.sh FOLDER LOCK
set -euo pipefail
folder=$1 lock=$2
here=$(dirname "$0")
stamp=$folder/.ready
wanted=$(sha256sum <"$lock")

if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && "$folder/bin/python" -c "" 2>/dev/null; then
    exit 0
fi

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

# An interpreter named by the user is used or refused; else the first that is new enough.
if [ -n "${PYTHON:-}" ]; then candidates=("$PYTHON"); else candidates=(python3.11 python3 python3.12 python3.13); fi
python=
for candidate in "${candidates[@]}"; do
    if new_enough "$candidate"; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    {
        echo "需要 Python 3.11 或更高版本。Python 3.11 or newer is needed; tried: ${candidates[*]}."
        echo "Where it stands elsewhere: make PYTHON=/its/path …"
    } >&2
    exit 1
fi

if ! "$python" -c "import ensurepip, venv" 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    # Qt's libraries are asked for at once, so that who must type the command types it once.
    mapfile -t libraries < <(grep -v '^#' "$here/debian-packages.txt")
    bash "$here/apt.sh" "Python's own venv module is not complete here." "python$version-venv" "${libraries[@]}"
fi

echo "Setting up $folder from $lock"
rm -f "$stamp"
# Packages that the lock no longer names would stay behind, so an environment is made anew, not mended.
"$python" -m venv --clear "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
echo "$wanted" >"$stamp"
