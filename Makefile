# jackrf: every target sets up what it needs first (scripts/setup); a second run takes a moment.

SHELL := bash
VENV ?= .venv
PYTHON_IN := $(VENV)/bin/python
export VENV PYTHON

.PHONY: help demo test lint format bench soak fuzz janus wheel clean
.DEFAULT_GOAL := help

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1|/' | column -t -s '|'

demo:  ## hear and see jackrf work: no sound card, no JACK server needed; results in artifacts/
	@scripts/setup demo
	$(VENV)/bin/jackrf demo --out artifacts

test:  ## run all tests, with coverage (ARGS="-k units" passes arguments to pytest)
	@scripts/setup test
	$(PYTHON_IN) -m pytest --cov --cov-report=term $(ARGS)

lint:  ## ruff (rules and format) and mypy --strict
	@scripts/setup lint
	$(PYTHON_IN) -m ruff check .
	$(PYTHON_IN) -m ruff format --check .
	$(PYTHON_IN) -m mypy

format:  ## let ruff mend what it can
	@scripts/setup lint
	$(PYTHON_IN) -m ruff check --fix .
	$(PYTHON_IN) -m ruff format .

bench:  ## measure jackrf beside its neighbours; writes bench/results.md and its pictures
	@scripts/setup bench
	$(PYTHON_IN) -m bench $(ARGS)

soak:  ## run the large desk for ten minutes and watch its memory; then a minute of OSC storms
	@scripts/setup bench
	$(PYTHON_IN) -m bench soak $(ARGS)
	JACKRF_SOAK=$${JACKRF_SOAK:-60} $(PYTHON_IN) -m pytest -m soak --timeout=0

fuzz:  ## send a million hostile datagrams through what reads them (JACKRF_FUZZ=N: another number)
	@scripts/setup test
	JACKRF_FUZZ=$${JACKRF_FUZZ:-1000000} $(PYTHON_IN) -m pytest -m fuzz --timeout=0 --durations=0 $(ARGS)

janus:  ## hear a mix in a browser by way of Debian's Janus, which this installs
	@scripts/setup janus
	$(PYTHON_IN) -m pytest -m janus $(ARGS)

wheel:  ## build the wheel, install it into a fresh environment, run the same tests against it
	@scripts/setup test
	scripts/test-wheel

clean:  ## remove what the other targets made, the environment too
	rm -rf .venv dist build artifacts htmlcov .coverage .coverage.* \
	  .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
