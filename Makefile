# The two commands: `make run` to see it, `make test` to prove it.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
PACKAGES := pipeline qa_rules supervision storage flows web sonorelay

.PHONY: run test audit check bench soak compare lock clean install

run: $(INSTALLED)
	@$(BIN)/sonorelay up --demo

install: $(INSTALLED)

# --no-deps: the lock is complete, and pip's resolver cannot read extras together with hashes
$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "Sonorelay needs Python 3.11 to 3.13; name one with: make PYTHON=python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the locked dependencies (once; about 1.5 GB on disk) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

test: check
	$(BIN)/python -m pytest --numprocesses=3 --dist=loadfile --no-loadscope-reorder

check: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive $(PACKAGES)

bench: $(INSTALLED)
	$(BIN)/python -m benchmarks

soak: $(INSTALLED)
	$(BIN)/python -m benchmarks parallel_reviewers
	$(BIN)/python -m benchmarks listener 10
	$(BIN)/python -m benchmarks workers
	$(BIN)/python -m benchmarks field_soak
	$(BIN)/python -m benchmarks fuzz

# installs other programs, each in an environment of its own in the cache folder
compare: $(INSTALLED)
	$(BIN)/python -m benchmarks.competitors docs/explanation/deidentification-measured.md

# known weaknesses of the locked dependencies; asks the network, so that it is no part of `make test`
audit:
	@test -x .audit/bin/pip-audit || { $(PYTHON) -m venv .audit && .audit/bin/pip install --quiet pip-audit; }
	.audit/bin/pip-audit --requirement requirements.lock --vulnerability-service osv --disable-pip --no-deps --progress-spinner=off

lock:
	uv pip compile --upgrade --universal --generate-hashes --no-annotate --no-header \
		--extra dev --python-version 3.11 -o requirements.lock pyproject.toml

clean:
	rm -rf .venv .audit build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
