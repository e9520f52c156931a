# `make run` and `make test` are all that a fresh machine needs: each does its own setting up.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
UNIT_VENV := .venv-unit
PY := $(VENV)/bin/python

# Off screen: no display, no GPU. Chromium's sandbox cannot be had by root, nor without user namespaces.
SANDBOX := $(shell [ "$$(id -u)" -ne 0 ] && unshare --user true 2>/dev/null || echo QTWEBENGINE_DISABLE_SANDBOX=1)
OFFSCREEN := QT_QPA_PLATFORM=offscreen QTWEBENGINE_CHROMIUM_FLAGS=--disable-gpu $(SANDBOX)

# Folders of tests that need Qt or a database; one without a test in it yet is left out.
WIDE_TESTS = $(shell find tests -name 'test_*.py' -not -path 'tests/unit/*' -printf '%H/%P\n' | cut -d/ -f1,2 | sort -u)

.PHONY: help setup unit-setup run test lint types contracts unit wide faults pictures bench translations lock clean

help:  ## what can be asked for
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## */  make \1\t/' | expand -t 20

setup:  ## the program's environment and the system libraries it loads
	@bash packaging/linux/environment.sh $(VENV) requirements.txt
	@bash packaging/linux/libraries.sh $(VENV)

unit-setup:  ## a second environment, without Qt
	@bash packaging/linux/environment.sh $(UNIT_VENV) requirements-unit.txt

run: setup  ## hub, command centre and simulated people in the field, on demonstration data
	@if [ -n "$${DISPLAY:-}$${WAYLAND_DISPLAY:-}" ]; then \
		env $(SANDBOX) $(PY) main.py centre; \
	else \
		echo "没有显示器：在屏幕外运行，每页的图片写入 out/。"; \
		echo "There is no display: running off screen, a picture of each page goes to out/."; \
		$(PY) main.py centre --no-window 20; \
		mkdir -p out; \
		env $(OFFSCREEN) $(PY) main.py screenshot --all --out out/; \
	fi

test: lint types contracts unit wide  ## everything a change must pass

lint: setup  ## ruff: rules and layout
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: setup  ## mypy, strict
	$(PY) -m mypy

contracts: setup  ## imports only descend
	$(PY) -c "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_logo=True))"

unit: unit-setup  ## tests/unit, where no Qt is installed
	$(UNIT_VENV)/bin/python -m pytest tests/unit

wide: setup  ## every other test: window off screen, real hub, real PostgreSQL, a short campaign of faults
	@bash packaging/linux/for-tests.sh
	@if [ -z "$(WIDE_TESTS)" ]; then echo "No tests outside tests/unit yet."; \
	else set -x; env $(OFFSCREEN) $(PY) -m pytest $(WIDE_TESTS); fi

faults: setup  ## a long campaign of faults; GRID_FAULTS_SEED names another
	@bash packaging/linux/for-tests.sh
	env GRID_FAULTS_DAYS=$${GRID_FAULTS_DAYS:-60} GRID_FAULTS_STEPS=$${GRID_FAULTS_STEPS:-60} \
		$(PY) -m pytest tests/faults

pictures: setup  ## the pictures that the README shows
	env $(OFFSCREEN) $(PY) main.py screenshot --all --out docs/pictures

bench: setup  ## what DESIGN promises, measured here
	env $(OFFSCREEN) $(PY) main.py bench

translations: setup  ## texts of the screen into the table, and the table into what Qt reads
	$(PY) packaging/translations.py update
	$(PY) packaging/translations.py release

lock:  ## the lock files anew, from pyproject.toml (needs uv)
	bash packaging/linux/lock.sh

clean:  ## everything that make made
	rm -rf $(VENV) $(UNIT_VENV) out build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
