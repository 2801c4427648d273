# Every target sets up what it needs, in .venv, from the lock files. `make` lists them.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
WORKERS ?= auto
PYTEST ?= -m pytest
# Tests that follow each other stay on one worker until another has none left: what a file sets up once is then
# set up by few of them.
DIST ?= worksteal
# Tests start the program a hundred times; without byte code each start compiles it anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test setup format lint types imports audit check sample-report bench image image-check clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

demo: $(VENV)/.demo ## set up, review a simulated organization, print where the report lies
	$(BIN)/hygiene demo

test: $(VENV)/.dev ## set up and run all tests
	$(BIN)/python $(PYTEST) -q -n $(WORKERS) --dist $(DIST)

setup: $(VENV)/.dev ## the development environment

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "hygiene needs Python 3.11 or newer; try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: requirements/demo.txt pyproject.toml | $(VENV)/bin/python
	$(INSTALL) --require-hashes -r requirements/demo.txt
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml | $(VENV)/bin/python
	$(INSTALL) --require-hashes -r requirements/dev.txt
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $(VENV)/.demo $@

format: $(VENV)/.dev ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(VENV)/.dev ## style, docstrings, common mistakes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev ## mypy, strict
	$(BIN)/mypy

imports: $(VENV)/.dev ## the stages stay apart (import-linter)
	$(BIN)/lint-imports

audit: $(VENV)/.dev ## known vulnerabilities and licences of what we ship
	$(BIN)/python .ci/audit.py

check: lint types imports audit ## what CI runs: lint, types, layers, audit, and `make test` with coverage
	$(BIN)/python -m coverage erase
	$(MAKE) test PYTEST="-m coverage run -m pytest"
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

sample-report: $(VENV)/.demo ## write reports/example/ anew (the demo's report at a fixed moment); look at the difference
	rm -rf reports/demo reports/example
	$(BIN)/hygiene demo --quarters 2 --as-of 2026-12-31T06:00:00Z
	mv reports/demo/2026-Q4 reports/example

bench: $(VENV)/.dev ## calls against the floor
	$(BIN)/python benchmarks/calls.py

image: ## build the container
	docker build -t role-hygiene .

image-check: $(VENV)/.dev ## build the container and run it, as its own user, on a mounted folder
	PYTHON=$(BIN)/python .ci/image-check

clean: ## remove what set-up and tests made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage* htmlcov dist
