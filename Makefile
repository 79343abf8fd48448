# Each target sets up what it needs by itself, in .venv, from a bare checkout. `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FOR_TESTS := git zstd microsocks rsync
FOR_BENCH := git zstd rsync zsync casync
PYTEST := $(BIN)/pytest -n auto --dist loadfile

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

.DEFAULT_GOAL := help
.PHONY: help demo test test-long check fix bench clean

help: ## Say what there is
	@awk -F ': .*## ' '/^[a-z-]+: .*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/all.stamp ## A sample publication, served and synced, until Ctrl-C
	$(BIN)/tamizdat demo $(ARGS)

test: $(VENV)/dev.stamp ## All tests but the campaigns (some minutes)
	$(call debian,$(FOR_TESTS))
	$(PYTEST) $(ARGS)

test-long: $(VENV)/dev.stamp ## The campaigns: kill -9, bit flips, random histories (many minutes)
	$(call debian,$(FOR_TESTS))
	$(PYTEST) -m long $(ARGS)

check: $(VENV)/dev.stamp ## Lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python

fix: $(VENV)/dev.stamp ## Lint and format, repaired where that can be done by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/dev.stamp ## Measure what docs/performance.md reports
	$(call debian,$(FOR_BENCH))
	$(BIN)/python bench/run.py $(ARGS)

clean: ## Remove what the other targets made
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/all.stamp: pyproject.toml hatch_build.py | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[all]'
	@touch $@

$(VENV)/dev.stamp: pyproject.toml hatch_build.py | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/all.stamp
