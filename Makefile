# Needs only make and Python 3.11 or newer. `make help` lists what can be asked for.

PYTHON ?= python3
WORK ?= .
UV_PIN := 0.13.9

BIN := .venv/bin
UV := .uv/bin/uv
UV_STAMP := .uv/made-$(UV_PIN)
TOOLS_STAMP := .venv/made
BENCH_STAMP := .venv/made-bench

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo reports test lint bench lab phrases constraints clean

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(TOOLS_STAMP)  ## make the example year in demo/ and its reports
	$(BIN)/coursewaves demo

reports: $(TOOLS_STAMP)  ## load and report a work folder: make reports WORK=/path/to/folder (default: this one)
	$(BIN)/coursewaves --home "$(WORK)" load
	$(BIN)/coursewaves --home "$(WORK)" report

# Compiled files are kept, whatever the machine says: each process that a test starts would compile the library anew.
test: export PYTHONDONTWRITEBYTECODE =
test: lint  ## check everything: ruff, mypy, the guards and all tests
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

lint: $(TOOLS_STAMP)  ## check style and types only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy

bench: $(BENCH_STAMP)  ## run the measurements of benchmarks/
	set -e; for script in benchmarks/[!_]*.py; do echo "== $$script"; $(BIN)/python "$$script"; done

lab: $(TOOLS_STAMP)  ## open JupyterLab on the notebooks
	$(BIN)/coursewaves --home "$(WORK)" lab

phrases: $(TOOLS_STAMP)  ## bring the catalogues of phrases up to date with the code; new phrases wait for a translation
	$(BIN)/python tools/phrases.py

# The floor of requires-python is named, so that the pins serve every version from there on.
constraints: $(UV_STAMP)  ## pin the newest versions that pyproject.toml allows
	$(UV) pip compile --quiet --upgrade --universal --all-extras --python-version 3.11 \
	    --no-header --no-annotate --output-file .uv/pins.txt pyproject.toml
	{ echo "# Every version, for Python 3.11 or newer on Linux, macOS and Windows."; \
	  echo "# Made by \`make constraints\` (uv pip compile --universal); never edited by hand."; \
	  cat .uv/pins.txt; } > constraints.txt

clean:  ## remove the environments, caches and demo/ (never data/ or reports/)
	rm -rf .uv .venv demo .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find lib tests benchmarks -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# uv lives in a folder of its own, and never fetches a Python: the one that made the folder serves.
$(UV_STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Needs Python 3.11 or newer as $(PYTHON); fix: install it, or name it: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "$(PYTHON) can't make environments; fix: apt-get install python3-venv (as root)"; exit 1; }
	rm -rf .uv
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_PIN)
	touch $@

# Made anew when a pin or a dependency changes, so that nothing of an older set stays behind.
$(TOOLS_STAMP): pyproject.toml constraints.txt $(UV_STAMP)
	$(UV) venv --quiet --clear --no-python-downloads --python .uv/bin/python .venv
	$(UV) pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[test]'
	touch $@

$(BENCH_STAMP): $(TOOLS_STAMP)
	$(UV) pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[test,bench]'
	touch $@
