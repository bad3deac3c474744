# Sluice. `make` alone lists the targets. The two that matter: `make run` and `make test`.
export SWIFT ?= swift
# What `make run` runs. For full rounds instead of the quick form: make run RUN_FLAGS=
SCENARIOS ?= $(wildcard Scenarios/*.yaml)
RUN_FLAGS ?= --quick
# What `make report` runs, with all rounds.
REPORT ?= Scenarios/why-kafka-is-fast.yaml
# The runs that `make plot` works on.
RUN ?= $(wildcard Results/*/latest)

# Release for all: the tests exercise what is measured. They see modules from inside, which costs a build of its own.
BUILD_FLAGS := -c release --explicit-target-dependency-import-check error
# Debian has no library for what Testing adds beside Foundation, which these tests do not use.
TEST_FLAGS := $(BUILD_FLAGS) --scratch-path .build-tests -Xswiftc -enable-testing --disable-xctest \
	-Xswiftc -Xfrontend -Xswiftc -disable-cross-import-overlays
SLUICE := .build/release/sluice

.PHONY: help setup clients run test build lint format plot report archive documentation clean distclean check power

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 16

setup: ## install what is missing (Debian and Ubuntu)
	@scripts/setup

run: build ## set up, build, run the scenarios, show the results
	$(SLUICE) run $(RUN_FLAGS) $(SCENARIOS)

clients: .venv/clients/requirements.txt ## install the Kafka clients and the programs that the tests use
	@scripts/setup tests

.venv/clients/requirements.txt: Tests/Clients/requirements.txt
	@scripts/setup tests
	python3 -m venv --clear .venv/clients
	.venv/clients/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@# The last thing to be made: it says that all that it names is there.
	@cp $< $@

test: setup ## set up, build, run the tests
	@# Where the clients cannot be had, their tests are skipped and say so; not in CI.
	@$(MAKE) --no-print-directory clients || test "$$CI" != true
	$(SWIFT) test $(TEST_FLAGS)
	@scripts/test-setup
	@scripts/test-archive

build: setup ## set up and build the program
	$(SWIFT) build $(BUILD_FLAGS)

lint: ## check format, layering and scripts
	@scripts/lint

format: ## format the sources
	$(SWIFT) format --in-place --recursive --parallel Sources Tests Package.swift

report: build ## run the suite of reasons why Kafka is fast with all its rounds, and write the report (REPORT=SCENARIOS)
	$(SLUICE) run $(REPORT)

plot: build ## draw the charts and write the reports again: of the latest runs, or RUN=FOLDER
	@$(if $(RUN),,echo 'plot: there is no run yet; make one with: make run' >&2; exit 1)
	@for run in $(RUN); do $(SLUICE) report "$$run" || exit; done

archive: ## keep runs in Results/reference and Plots/reference, with their conditions: RUN=FOLDER
	@scripts/archive $(RUN)

documentation: build ## write the generated documentation again: reference, schema, manual
	scripts/documentation $(SLUICE)

# What `make check` holds the working tree against: a commit; by default where the branch left main.
BASE ?=
check: setup ## gate this project: is the working tree worse than a base commit? BASE=COMMIT
	@scripts/check-change $(BASE) $(if $(CHECK_FLAGS),-- $(CHECK_FLAGS))

power: build ## measure the gate itself, 20 minutes at a time: false alarms, and what it finds (POWER_FLAGS)
	@scripts/power $(SLUICE) $(POWER_FLAGS)

clean: ## remove what was built
	rm -rf .build .build-tests .build-base
	@git worktree prune

distclean: clean ## remove what was built or installed here, and all runs but those in reference/
	rm -rf $(filter-out %/reference,$(wildcard Results/* Plots/*))
	rm -rf .venv
	rm -f Package.resolved
