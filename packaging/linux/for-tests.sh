#!/usr/bin/env bash
# Installs what some tests need beside the program, where that can be done without asking. The tests that lack it
# say so and are skipped.
set -euo pipefail
if compgen -G "/usr/lib/*/faketime/libfaketime.so.1" >/dev/null; then exit 0; fi
bash "$(dirname "$0")/apt.sh" "Tests with a clock that is wrong need libfaketime." libfaketime ||
    echo "Going on without libfaketime: the tests of wrong clocks are skipped." >&2
