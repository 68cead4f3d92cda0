# Two commands do everything, set-up included: `make demo` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

# Bytecode is written even if the environment says not to, as those of container images often do:
# without it, each worker compiles each test anew, for a tenth of the time of `make test`.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo test tests chaos unit lint engine lock reference clean

help:
	@echo "make demo   deploy to a local AWS emulator, prove the ten hands, leave nothing behind"
	@echo "make test   every test and the linters"
	@echo "make chaos  hundreds of faults at every moment of a run, with a table of what came of each"
	@echo "make unit   the mocked and the pure tests alone, for the loop while you write"
	@echo "make lint   the linters alone"
	@echo "make lock   pin the requirements again, after a change of a requirements*.in"
	@echo "make reference  write the pages of commands and arguments from the code again"
	@echo "make clean  remove .venv"

demo: engine
	@$(BIN)/python -m automation run

test:
	@# The linters go on beside the tests: they keep one core busy for a while.
	@$(MAKE) --no-print-directory --jobs=2 lint tests

tests: engine
	@# The local tests wait half of the time: five at once keep two cores busy, and each is handed
	@# out when a worker is free, so that the long ones begin first. pytest keeps the folders of its
	@# last runs, so it gets a temporary folder that is removed afterwards.
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT INT TERM && export TMPDIR="$$folder" && \
	  $(BIN)/python -m pytest -n 2 tests/unit --cov --cov-report= --cov-fail-under=$(COVERAGE) && \
	  $(BIN)/python -m pytest -n 5 --dist=load --maxschedchunk=1 tests/local
COVERAGE := 86  # per cent of lines and branches, by the unit tests alone: not to fall

chaos: engine
	@# As for `test`, a temporary folder that is removed afterwards.
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT INT TERM && \
	  TMPDIR="$$folder" $(BIN)/python -m pytest -n 4 -m chaos
	@$(BIN)/python -m pytest -n 2 tests/unit -m hypothesis --hypothesis-profile=thorough

unit: $(INSTALLED)
	@$(BIN)/python -m pytest -n 2 tests/unit

lint: $(INSTALLED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/zizmor --offline --quiet --pedantic --strict-collection .github

# The engine is found, or installed once into the user's cache folder.
engine: $(INSTALLED)
	@$(BIN)/python -m automation.engine >/dev/null

$(INSTALLED): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$(PYTHON) is older than Python 3.11: name a newer one, as in: make demo PYTHON=python3.12"; exit 2; }
	@echo "Installing the pinned packages into $(VENV), which takes a minute or two"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	  --requirement requirements.txt --requirement requirements-dev.txt
	@touch $@

lock: $(INSTALLED)
	$(BIN)/uv pip compile --quiet $(LOCK) requirements.in --output-file requirements.txt
	$(BIN)/uv pip compile --quiet $(LOCK) requirements-dev.in --output-file requirements-dev.txt
LOCK := --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header

reference: $(INSTALLED)
	$(BIN)/python -m automation.cli.reference
	$(BIN)/python -m tests.unit.components.arguments_page

clean:
	rm -rf $(VENV)
