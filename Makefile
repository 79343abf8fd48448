# Each target sets up what it needs by itself, in .venv, from a bare checkout. `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := syncclient/tamizdat server/tamizdat_server
DEBIAN := git zstd microsocks nginx-light
PYTEST := $(BIN)/pytest -n auto --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help demo test test-long check fix bench clean debian

help: ## Say what there is
	@awk -F ': .*## ' '/^[a-z-]+: .*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/all.stamp ## A sample publication, served and synced, until Ctrl-C
	$(BIN)/tamizdat demo $(ARGS)

test: $(VENV)/dev.stamp debian ## All tests but the campaigns (some minutes)
	$(PYTEST) $(ARGS)

test-long: $(VENV)/dev.stamp debian ## The campaigns: kill -9, bit flips, random histories (many minutes)
	$(PYTEST) -m long $(ARGS)

check: $(VENV)/dev.stamp ## Lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python

fix: $(VENV)/dev.stamp ## Lint and format, repaired where that can be done by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/dev.stamp debian ## Measure what docs/performance.md reports
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

# Programs that some tests run against. What can't be installed here is said loudly, and those tests are skipped.
debian:
	@for package in $(DEBIAN); do \
		program=$${package%-light}; \
		PATH="$$PATH:/usr/sbin:/usr/local/sbin" command -v $$program >/dev/null || missing="$$missing $$package"; \
	done; \
	[ -z "$$missing" ] || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
		&& apt-get update -qq \
		&& DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -qq -y --no-install-recommends $$missing >/dev/null; } \
	|| echo "*** not installed:$$missing. Tests that need them are SKIPPED; install them to run all tests." >&2
