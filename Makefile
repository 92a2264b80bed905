PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt
SOURCES := pyproject.toml constraints.txt

.DEFAULT_GOAL := help
.PHONY: run test lint bench lessons mutants docs audit clean help

run: .venv/installed ## train a network on 1 797 handwritten digits, into runs/digits
	$(BIN)/glassnet train digits --output runs/digits

test: lint ## check the sources and run every test
	$(BIN)/pytest --numprocesses=logical --dist=worksteal

lint: .venv/installed-dev ## check the sources: style, types, direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/installed ## measure beside other libraries: make bench [QUICK=yes] [ONLY=xor,products] [PEERS=pytorch,jax] ...
	$(INSTALL) -e '.[bench]'
	$(BIN)/python -m benchmarks.speed $(if $(QUICK),--quick) $(foreach name,ONLY PEERS REPEATS THREADS OUTPUT,$(if \
		$($(name)),--$(shell echo $(name) | tr A-Z a-z)=$($(name))))

lessons: .venv/installed-dev ## run every lesson of the course from top to bottom
	$(BIN)/python docs/run_lessons.py

mutants: .venv/installed-dev ## change formulas, checks, diagnosis and report a little, and list what no test notices
	$(INSTALL) -e '.[mutants]'
	$(BIN)/python -m benchmarks.mutants --write

docs: .venv/installed-dev ## write the site into build/site: course, how-to pages, reference, the page to play with
	$(INSTALL) -e '.[docs]'
	$(BIN)/python docs/write_parts.py
	$(BIN)/python docs/build_site.py

audit: .venv/installed-dev ## open every page of the site in a browser: access, width, links, search, weight
	$(BIN)/python docs/check_site.py

clean: ## remove everything that was built, installed or trained here
	rm -rf .venv build dist runs .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .mutants
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "glassnet needs Python 3.11 or newer; name one with: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv

.venv/installed: $(SOURCES) | $(BIN)/python
	@echo "installing glassnet into .venv"
	$(INSTALL) -e '.[all]'
	@touch $@

.venv/installed-dev: $(SOURCES) | $(BIN)/python
	@echo "installing glassnet and its development tools into .venv"
	$(INSTALL) -e '.[dev]'
	@touch .venv/installed $@
