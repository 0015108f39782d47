# `make run` and `make test` need Python 3.11 to 3.13, git and make; everything else is fetched into .venv.
PYTHON ?= python3
BIN := .venv/bin
# Written last, so that a setup that was cut short is done again.
STAMP := .venv/.ready

ASSETS := monitor/web/static/manifest.json
OPENAPI := api-v1.openapi.json

# Where a machine sets it for all of Python, each command would compile the whole program anew: two seconds.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run test check format bench soak evaluation matching matching-weights schemas observability grafana-preview lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

setup: $(STAMP) ## make .venv from the lock (quick when nothing changed)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
		|| { echo "Python 3.11, 3.12 or 3.13 is needed; name one: make setup PYTHON=python3.12" >&2; exit 2; }
	@echo "Setting up .venv: about a minute the first time."
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
	@touch $@

setup: $(ASSETS)

$(ASSETS): $(shell find monitor/web/frontend -type f -not -path '*/node_modules/*') | $(STAMP)
	@$(BIN)/python -m monitor.web.build_assets

run: setup ## the whole monitor on embedded defaults, fed by a synthetic force
	@$(BIN)/monitor run

# These measure time, or need the machine to themselves. The others go two files at a time.
BESIDE_OTHERS := $(patsubst %,tests/system/test_%.py,bad_input commands conformance dead_letters doctor refusals)
ALONE := tests/broker $(filter-out $(BESIDE_OTHERS),$(wildcard tests/system/test_*.py)) \
	tests/observability/test_together.py tests/web/test_queue_speed.py \
	$(shell grep -l browser_page tests/web/test_*.py)

test: setup ## every test, with a real broker, databases and browser; or what ARGS names
	@tests/install-tools.sh
ifdef ARGS
	@$(BIN)/python -m pytest $(ARGS)
else
	@failed=0; \
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile $(ALONE:%=--ignore=%) || failed=1; \
	$(BIN)/python -m pytest $(ALONE) || failed=1; \
	exit $$failed
endif

check: setup ## format, lint, types, the import rule and schema drift
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/test_import_rule.py tests/test_schemas.py

format: setup ## let ruff rewrite the files
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

bench: setup ## what it does a second, beside floors measured in the same run
	@$(BIN)/python -m tests.bench $(ARGS)

soak: setup ## a long run with faults put in
	@$(BIN)/python -m tests.soak $(ARGS)

evaluation: setup ## write docs/evaluation.md anew: two minutes, and 2 GB of memory
	@$(BIN)/python -m monitor.evaluation.document docs/evaluation.md

matching: setup ## write the figures of docs/matching.md anew: two minutes
	@$(BIN)/python -m monitor.evaluation.matching docs/matching.md

matching-weights: setup ## learn the weights of the matching anew
	@$(BIN)/python -m monitor.evaluation.matching_weights monitor/matching/data/weights.toml

schemas: setup ## write schemas/ anew from the contract and the API
	@$(BIN)/python -m monitor.contract.schemas schemas
	@$(BIN)/python -m monitor.web.api.document schemas/$(OPENAPI)

observability: setup ## write rules, dashboards and alerts anew from deploy/observability.toml
	@$(BIN)/python -W ignore::DeprecationWarning -m monitor.observability

grafana-preview: setup ## draw the dashboards in this terminal, with grafatui and a Prometheus that runs
	@$(BIN)/python -W ignore::DeprecationWarning -m monitor.observability.preview $(ARGS)

lock: setup ## resolve pyproject.toml anew; the lock has hashes and no addresses
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--all-extras --upgrade pyproject.toml --output-file requirements.lock
	@$(BIN)/python -m monitor.broker.lock

clean: ## take away what setup, tests and checks made (not data/)
	@rm -rf .venv monitor/web/static monitor/web/frontend/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
