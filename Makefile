# Each target sets up what it needs by itself, in .venv, from a bare checkout. `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FOR_TESTS := git zstd microsocks rsync chromium nginx apache2 caddy lftp tor
FOR_BENCH := git zstd rsync zsync casync nginx wrk chromium
WEB_STAMP := web/node_modules/.stamp
LIGHTHOUSE_STAMP := bench/lighthouse/node_modules/.stamp
WEB_APP := web/dist/app/shell.json
WEB_SOURCES := $(shell find web/src web/build -type f) $(wildcard web/*.ts web/*.json)
# Three for two cores, since a third of the time tests wait for a server, a line or a clock. In the order of their names:
# few but long tests would come last otherwise, on one core.
WORKERS := $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) * 3 // 2)')
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
# Tests start hundreds of processes: what one compiled, the next finds.
unexport PYTHONDONTWRITEBYTECODE

# Programs that some tests and measurements run against. What can't be installed here is said loudly, and is skipped.
define debian
	@missing=; \
	for package in $(1); do \
		PATH="$$PATH:/usr/sbin" command -v $$package >/dev/null || missing="$$missing $$package"; \
	done; \
	[ -z "$$missing" ] || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
		&& apt-get update -qq \
		&& DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -qq -y --no-install-recommends $$missing >/dev/null; } \
	|| echo "*** NOT INSTALLED:$$missing. What needs them is SKIPPED; install them to run everything." >&2
endef

# The reader app is held to its own linter, types and tests, by Node 20.19 or newer and what `npm ci` brings.
define web
	@if [ -f $(WEB_STAMP) ]; then cd web && npm run --silent $(1); \
	else echo "*** Without npm nothing of web/ is checked." >&2; [ -z "$$CI" ]; fi
endef

.DEFAULT_GOAL := help
.PHONY: help demo app test test-web test-long check fix bench screenshots clean web

help: ## Say what there is
	@awk -F ': .*## ' '/^[a-z-]+: .*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/all.stamp ## A sample publication, served and synced, until Ctrl-C
	@$(MAKE) --no-print-directory app \
		|| echo "*** The reader app could not be built: the demo shows a plain page instead." >&2
	$(BIN)/tamizdat demo $(ARGS)

app: web ## The reader app, into web/dist
	@if [ -f $(WEB_STAMP) ]; then $(MAKE) --no-print-directory $(WEB_APP); \
	else echo "*** Without npm there is no reader app." >&2; [ -z "$$CI" ]; fi

test: ## All tests but the campaigns (some minutes)
	$(call debian,$(FOR_TESTS))
	@$(MAKE) --no-print-directory --jobs 2 $(VENV)/dev.stamp test-web
	$(PYTEST) $(ARGS)

test-web: app
	$(call web,test)

test-long: $(VENV)/dev.stamp app ## The campaigns: kill -9, bit flips, random histories (many minutes)
	$(call debian,$(FOR_TESTS))
	$(PYTEST) -m long $(ARGS)

check: $(VENV)/dev.stamp web ## Lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(call web,check)

fix: $(VENV)/dev.stamp web ## Lint and format, repaired where that can be done by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(call web,fix)

bench: $(VENV)/dev.stamp app ## Measure what docs/performance.md reports
	$(call debian,$(FOR_BENCH))
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(LIGHTHOUSE_STAMP); fi
	$(BIN)/python bench/run.py $(ARGS)

screenshots: $(VENV)/dev.stamp app ## Take the pictures of docs/screenshots anew
	$(call debian,chromium)
	$(BIN)/python tests/screenshots.py

clean: ## Remove what the other targets made
	rm -rf $(VENV) web/node_modules bench/lighthouse/node_modules web/dist build dist .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/all.stamp: pyproject.toml hatch_build.py | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[all]'
	@touch $@

$(VENV)/dev.stamp: pyproject.toml hatch_build.py | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/all.stamp

web:
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(WEB_STAMP); fi

$(WEB_STAMP): web/package.json web/package-lock.json web/.npmrc
	cd web && npm ci --silent
	@touch $@

$(WEB_APP): $(WEB_SOURCES) $(WEB_STAMP)
	cd web && npm run --silent build

$(LIGHTHOUSE_STAMP): bench/lighthouse/package.json bench/lighthouse/package-lock.json
	cd bench/lighthouse && npm ci --silent
	@touch $@
