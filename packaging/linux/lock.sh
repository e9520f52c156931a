#!/usr/bin/env bash
# Writes the lock files from pyproject.toml: every package with its hashes, and no address of where it came from.
# Needs uv. With arguments such as --upgrade, they are handed to uv.
set -euo pipefail
cd "$(dirname "$0")/../.."

lock() {
    local target=$1
    shift
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
        "$@" pyproject.toml --output-file "$target"
}

lock requirements.txt --all-extras "$@"
# What tests/unit runs with: the same versions, and no Qt.
lock requirements-unit.txt --extra test --constraint requirements.txt --no-annotate "$@"
