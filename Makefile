# Two commands do everything on a fresh machine: `make demo` and `make test`.
.PHONY: help demo setup install dev test lint soak bench test-matrix lock clean
DEMO ?= demo

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | awk -F'|' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: install  ## set up, write a company's month of logs, run it, say where the package is
	@.venv/bin/evidence demo $(DEMO) --replace

test: install lint  ## set up and run the whole test suite
	@.venv/bin/pytest -n 2 --dist loadgroup -q

setup:
	@.ci/setup dev

install: setup
	@.ci/install

dev: setup  ## install the checkout itself, editable
	@.venv/bin/python -m pip install --quiet --no-build-isolation --no-deps -e . && touch .venv/installed

lint: install  ## types, style, docstrings
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy

soak: install  ## the long versions of the tests; writes build/soak/*.json
	@.venv/bin/python -m pip install --quiet --target build/atheris 'atheris>=3,<4' || echo "no atheris here: the fuzzer runs without it"
	@.ci/verapdf
	@npm install --silent --no-audit --no-fund --prefix build/axe 'axe-core@4' >&2 || echo "no axe-core here: the page is checked without it"
	@.venv/bin/pytest -n 2 -q -m soak -o addopts="--import-mode=importlib --strict-markers --strict-config -ra"

bench: install  ## speed, as ratios within one run; writes build/bench/*.json
	@.venv/bin/python tests/bench/run.py

test-matrix: setup  ## the suite on the next major version of the engine
	@.ci/matrix

lock: setup  ## compile the locks again
	@.ci/lock --upgrade

clean:
	@rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
