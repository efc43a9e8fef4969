# Every command of the project. `make` alone lists them; each installs what it needs first.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup proto check test test-operator test-mounts test-spark test-real images image-test bench bench-etl bench-operator up tools lock

VENV := .venv
BIN := $(VENV)/bin
TOOLS := .tools/bin
ROOTS := schema server etl telemetry local operator
COMPILED := $(wildcard etl/superzol_etl/decode/*.[ch])
PROTOS := $(shell find proto -name '*.proto')
# a lock is complete: nothing is resolved, and every file is compared with its hash
INSTALL := $(BIN)/python -m pip install --quiet --no-deps --require-hashes
GRPCURL := github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.3
HELM := helm.sh/helm/v3/cmd/helm@v3.19.5
MINIO := github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c
STATIC := $(addprefix tests/contract/test_,style.py imports.py dependencies.py)
DATA ?= ../shared/data
ARGS ?=

export PATH := $(CURDIR)/$(BIN):$(CURDIR)/$(TOOLS):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
# what is edited here is compiled once, not at each start
export PYTHONDONTWRITEBYTECODE :=

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

setup: $(VENV)/dev.stamp ## make .venv with everything the other commands need

up: $(VENV)/project.stamp ## load a sample and serve it on localhost:50051; ARGS="--help" shows the options
	@exec $(BIN)/superzol up $(ARGS)

check: setup ## what needs no database: style, types, contracts between packages, dependencies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/deptry $(ROOTS)
	$(BIN)/python -m pip check
	sh .ci/lint-protos
	$(BIN)/python -m pytest -q -p tests.no_skips $(STATIC)

test: setup tools ## every test but those on data outside the repository, on images, on disks of their own and by Spark; ARGS go to pytest
	$(BIN)/python -m pytest -q -p tests.no_skips -n auto --dist loadfile -m "not real and not image and not mounts and not spark" $(ARGS)

test-mounts: setup ## the tests that fill disks up: they mount small ones, which needs root
	$(BIN)/python -m pytest -q -p tests.no_skips -m mounts tests/etl/faults $(ARGS)

test-spark: $(VENV)/spark.stamp ## compare what Spark reads in the lake with docs/lake.md; needs Java 17 or later
	@java -version >/dev/null 2>&1 || { echo "make test-spark: no Java; install one, such as apt-get install default-jre-headless" >&2; exit 1; }
	$(BIN)/python -m pytest -q -p tests.no_skips -m spark tests/local $(ARGS)

test-operator: tools ## the operator's tests, on a real API server; the first run builds it, which takes 15 minutes
	$(BIN)/python -m pytest -q -p tests.no_skips -n auto --dist worksteal tests/operator $(ARGS)

images: $(VENV)/project.stamp ## build the images server, etl and operator with buildah; needs root and apt
	.ci/build-image

image-test: setup images ## run each image once, as its user and on a read-only root
	$(BIN)/python -m pytest -q -p tests.no_skips -m image tests/image $(ARGS)

test-real: setup ## compare what is served with the publishers' own files; DATA=folder
	@test -d "$(DATA)" || { echo "make test-real: no folder $(DATA); name it with DATA=" >&2; exit 1; }
	SUPERZOL_DATA="$(abspath $(DATA))" $(BIN)/python -m pytest -q -p tests.no_skips -m real $(ARGS)

bench: setup ## measure the load and the calls; results in bench/RESULTS.md
	$(BIN)/python -m bench --keep RESULTS.md

bench-etl: setup ## measure a nation: its load, its days, its readers; 20 GB of disk, 20 minutes; results in bench/RESULTS-nation.md
	$(BIN)/python -m bench --keep RESULTS-nation.md

bench-operator: setup tools ## measure the operator against a Kubernetes control plane; 15 minutes; results in bench/RESULTS-operator.md
	$(BIN)/python -m bench.operator --keep

proto: $(VENV)/project.stamp ## generate the stubs and compile the scanner again
	$(BIN)/python hatch_build.py

tools: setup $(TOOLS)/grpcurl $(TOOLS)/helm $(TOOLS)/minio ## install what tests run: grpcurl, helm and minio in .tools/bin, Kubernetes in a cache
	@$(BIN)/python -m tests.cluster.binaries

lock: setup ## resolve pyproject.toml again into the lock files
	sh .ci/lock

$(BIN)/python:
	@echo "making the Python environment $(VENV)" >&2
	@sh .ci/make-venv $(VENV)

$(VENV)/runtime.stamp: requirements.lock | $(BIN)/python
	@echo "downloading and installing the packages of requirements.lock: a minute, this once" >&2
	@$(INSTALL) -r requirements.lock
	@touch $@

$(VENV)/project.stamp: $(VENV)/runtime.stamp pyproject.toml hatch_build.py $(COMPILED) $(PROTOS)
	@echo "generating the stubs and installing superzol into $(VENV)" >&2
	@echo '#include <string.h>' | $${CC:-cc} -E - >/dev/null 2>&1 || $(INSTALL) -r requirements-compiler.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@# else each start would compile it where the shell keeps Python from writing bytecode
	@$(BIN)/python -m compileall -q $(ROOTS) proto
	@touch $@

$(VENV)/dev.stamp: $(VENV)/project.stamp requirements-dev.lock
	@echo "downloading and installing the packages of requirements-dev.lock: a minute, this once" >&2
	@$(INSTALL) -r requirements-dev.lock
	@touch $@

$(VENV)/spark.stamp: $(VENV)/dev.stamp requirements-spark.lock
	@echo "downloading and installing PySpark, 450 MB: a minute, this once" >&2
	@$(INSTALL) -r requirements-spark.lock
	@touch $@

$(TOOLS)/grpcurl: | $(VENV)/project.stamp
	sh .ci/install-go-tool $(GRPCURL) $(TOOLS)

$(TOOLS)/helm: | $(VENV)/project.stamp
	sh .ci/install-go-tool $(HELM) $(TOOLS)

$(TOOLS)/minio: | $(VENV)/project.stamp
	sh .ci/install-go-tool $(MINIO) $(TOOLS)
