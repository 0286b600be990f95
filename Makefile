# Two commands on a fresh machine: `make demo` and `make test`. Both may be repeated at any time.

.DEFAULT_GOAL := help
.PHONY: help demo test bench python proof proof-build proof-learning proof-cluster proof-speed fuzz functions guests languages lint fmt tools clean-results

TRACE ?=
SEEDS ?= 5
RESULTS ?= results/demo
SECONDS ?= 60
PYTHON := .toolchain/learning/bin/python
PROOF := tests/proof/results

# Empty where the toolchain of rust-toolchain.toml works.
export RUSTUP_TOOLCHAIN := $(shell deploy/toolchain)

comma := ,
step = @printf '\n== %s\n' $(1)

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The whole workspace, because cargo would choose other features for one crate and compile wasmtime again.
demo: guests functions libtorch ## Race policies, simulated and on real processes: TRACE=DIR, SEEDS=5, RESULTS=results/demo
	$(call step,"build the program (the first time wasmtime compiles for minutes)")
	cargo build --workspace --bins
	$(call step,"race")
	"$${CARGO_TARGET_DIR:-target}/debug/regatta" race examples/azure.yaml --seeds $(SEEDS) --out "$(RESULTS)" \
		$(if $(TRACE),--trace "$(TRACE)")
	$(call step,"race three real functions on this machine (2 to 3 minutes$(comma) a demonstration without a verdict)")
	"$${CARGO_TARGET_DIR:-target}/debug/regatta" race examples/processes.yaml --cluster processes \
		--out "$(RESULTS)-processes"
	@printf '\nThe results are in %s and %s-processes; open in a browser:\n' "$(RESULTS)" "$(RESULTS)"; \
		ls "$(RESULTS)"/*.html "$(RESULTS)-processes"/*.html

test: guests languages functions libtorch ## Run all tests: the guests' and functions', then the host's with both
	$(call step,"native tests of the guests")
	cd policies && cargo test --workspace
	$(call step,"tests of the functions")
	cd examples/functions && cargo test --release
	$(call step,"tests of the host")
	cargo test --workspace

python: guests ## Install the Python package into .toolchain/learning and run its tests
	$(call step,"the Python package (the first time wasmtime compiles for minutes)")
	deploy/setup-python
	$(PYTHON) -m pytest -q host/python

proof: proof-learning proof-cluster proof-speed ## All long proofs; they want a quiet machine and two hours. Results go to tests/proof/results

proof-build: guests functions libtorch
	deploy/setup-python proof
	cargo build --workspace --bins --examples

proof-learning: proof-build ## Golden numbers of PyTorch, classic control, the closed form, bootstrapping, the Azure trace (TRACE=DIR)
	$(call step,"PyTorch's golden numbers")
	$(PYTHON) tests/proof/golden.py --check
	$(call step,"CartPole and Acrobot at CleanRL's settings (20 minutes)")
	$(PYTHON) tests/proof/classic.py target/debug/examples/classic --json $(PROOF)/classic.json
	$(call step,"the closed form")
	$(PYTHON) tests/proof/mp3.py target/debug/regatta --json $(PROOF)/mp3.json
	$(call step,"an agent that a rule leads")
	$(PYTHON) tests/proof/bootstrap.py target/debug/regatta --json $(PROOF)/bootstrap.json
	$(call step,"functions of the Azure trace that were not seen (20 minutes)")
	$(PYTHON) tests/proof/azure.py target/debug/regatta $(if $(TRACE),--trace "$(TRACE)") --json $(PROOF)/azure.json

proof-cluster: proof-build ## SCARLET's agent on real processes (40 minutes)
	$(call step,"SCARLET's agent from scratch on real processes")
	$(PYTHON) tests/proof/scarlet.py target/debug/regatta --json $(PROOF)/scarlet.json

proof-speed: proof-build ## Learning and replay beside Stable-Baselines3 and others, then the Python environments
	$(call step,"learning")
	$(PYTHON) tests/proof/learner_speed.py --json $(PROOF)/learner_speed.json
	$(call step,"replay")
	$(PYTHON) tests/proof/replay_peers.py --json $(PROOF)/replay_peers.json
	$(call step,"Python")
	$(PYTHON) -m pytest -q host/python
	$(PYTHON) tests/proof/python_speed.py --json $(PROOF)/python_speed.json

bench: guests libtorch ## Measure what claims to be fast (same profile as the demo and the tests)
	$(call step,"benches")
	cargo bench --workspace --profile dev

guests: tools ## Build the policies and rewards to target/guests, with a compiler for them where it lacks
	$(call step,"build the guests")
	deploy/build-guests target/guests

libtorch: tools ## Make libtorch available to the build: LIBTORCH if it is set, else fetched to .libtorch
	@deploy/setup-libtorch >/dev/null

functions: tools ## Build the functions that real races run
	$(call step,"build the functions")
	deploy/build-functions "$${CARGO_TARGET_DIR:-target}/debug"

fuzz: guests ## Fuzz the gate and the border with cargo-fuzz, SECONDS=60 for each target
	$(call step,"fuzz (the first time wasmtime compiles for minutes, with instrumentation)")
	cd tests/fuzz && for target in gate border lowering; do \
		RUSTC_BOOTSTRAP=1 cargo fuzz run --fuzz-dir . --sanitizer none "$$target" corpus/"$$target" cases/"$$target" \
			-- -max_total_time=$(SECONDS) || exit 1; done

lint: guests libtorch ## Check formatting, then clippy with warnings as errors, in both workspaces
	$(call step,"formatting")
	cargo fmt --all --check
	cd policies && cargo fmt --all --check
	cd examples/functions && cargo fmt --all --check
	$(call step,"clippy")
	cd examples/functions && cargo clippy --locked --release --all-targets -- -D warnings
	cd policies && cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo clippy --locked -p cli --no-default-features -- -D warnings

fmt: ## Format both workspaces
	cargo fmt --all
	cd policies && cargo fmt --all
	cd examples/functions && cargo fmt --all

clean-results: ## Delete results/
	rm -rf results

# Never fails: what cannot be had is told, and the tests that want it are skipped.
languages: tools
	@deploy/setup-languages

tools:
	@deploy/check-tools
