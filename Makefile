# make demo   the embedded study: synthetic speech to tables and figure, no network after the install
# make real   a first real run: recordings and weights of yours (real/README.md), an hour on two cores
# make check  lint, types and the unit tests, in three minutes: the habit of every hour
# make test   every check
# make cluster  the demo once more through a Slurm of this machine: the same bytes (half an hour, as root)
# make faults every fault that a run must survive, injected hundreds of times (an hour, as root)
# make setup  the environment in .venv, which both share
# make restore BUNDLE=file   a bundle of results put back into a fresh clone
# make docs   the documentation as a site: site/html/index.html, with a search that works offline
# make lock   the lock files, after a change of versions in pyproject.toml (needs uv)

PYTHON ?= python3
CORES ?= 2
DIRECTORY ?= .
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: setup demo real lint check test cluster faults audit-packages docs restore lock

setup: .venv/installed

.venv/installed: build.lock requirements.lock pyproject.toml
	@case "$$PWD" in *[{}:]*) echo "Snakemake and PATH cannot do with a colon or braces in the name of a folder, and this one is $$PWD: rename it." >&2; exit 1;; esac
	@command -v $(PYTHON) >/dev/null || { echo "Sarangi needs Python 3.11 or newer (Debian package python3)." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Sarangi needs Python 3.11 or newer, $(PYTHON) is $$($(PYTHON) --version). Say make PYTHON=/path/to/python." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make environments: install Debian package python3-venv." >&2; exit 1; }
	$(PYTHON) -I -m venv .venv
	$(BIN)/python -I envs/install.py --require-hashes -r build.lock
	$(BIN)/python -I envs/install.py --require-hashes --no-build-isolation -r requirements.lock
	$(BIN)/python -I envs/install.py --no-deps --no-build-isolation --editable .
	@# once, and not in every job where PYTHONDONTWRITEBYTECODE is set
	$(BIN)/python -I -m compileall -q src
	@touch $@

demo: setup
	$(BIN)/snakemake --directory demo --cores $(CORES)
	@echo
	@echo "The demo is done. All of it is synthetic: no number is a result about people."
	@echo "  tables  demo/paper/tables   (scores.md and corpora.md read well as they are)"
	@echo "  figure  demo/paper/figures/leakage.pdf, leakage.png"
	@if [ -f demo/paper/paper.pdf ]; then echo "  paper   demo/paper/paper.pdf"; \
	else echo "  paper   needs LaTeX: apt install $$($(BIN)/python -c 'from sarangi.paper.building import PACKAGES; print(*PACKAGES)')"; fi
	@echo "  audit   demo/audit.html"
	@echo "  report  $(BIN)/snakemake --directory demo --cores 1 report.html   writes demo/report.html"
	@echo "  page    $(BIN)/snakemake --directory demo --cores $(CORES) app && $(BIN)/sarangi listen demo"
	@echo "Now your data: $(BIN)/sarangi new my --table labels.csv --audio recordings/   (docs/own-recordings.md)"

real: setup
	@test -n "$(RECORDINGS)" -a -n "$(WEIGHTS)" || { echo "Say where both are: make real RECORDINGS=folder WEIGHTS=folder (real/README.md)" >&2; exit 1; }
	real/link "$(RECORDINGS)" "$(WEIGHTS)"
	$(BIN)/snakemake --directory real --cores $(CORES)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/snakemake --directory demo --lint
	$(BIN)/mypy

check: lint
	$(BIN)/python -m pytest tests/unit -n $(CORES) --dist loadfile --no-loadscope-reorder --max-worker-restart 0

test: lint
	$(BIN)/python -m pytest -n $(CORES) --dist loadfile --no-loadscope-reorder --max-worker-restart 0

cluster: setup
	$(BIN)/python tests/cluster/demo.py

faults: setup
	$(BIN)/python tests/faults/faults.py
	$(BIN)/python tests/faults/fuzzing.py
	for subject in corpora downloads models; do $(BIN)/python tests/faults/campaign_$$subject.py || exit 1; done

# in an environment of its own: what looks for holes must not change what is looked at
audit-packages: .venv/audit/installed
	.venv/audit/bin/pip-audit --disable-pip --require-hashes -r requirements.lock

.venv/audit/installed: setup
	$(PYTHON) -m venv .venv/audit
	.venv/audit/bin/python -m pip install pip-audit==2.10.1
	@touch $@

# in an environment of its own, too; a link that leads nowhere fails it
docs: .venv/docs/installed
	$(BIN)/python docs/assemble.py site
	NO_MKDOCS_2_WARNING=1 SOURCE_DATE_EPOCH=0 .venv/docs/bin/mkdocs build --strict --config-file site/mkdocs.yml
	@echo "The documentation: site/html/index.html"

.venv/docs/installed: .venv/installed docs/requirements.lock
	$(PYTHON) -m venv .venv/docs
	.venv/docs/bin/python -I envs/install.py --require-hashes -r docs/requirements.lock
	@touch $@

restore: setup
	@test -n "$(BUNDLE)" || { echo "Say which: make restore BUNDLE=path/to/bundle.zip (DIRECTORY=demo for the demo's)" >&2; exit 1; }
	$(BIN)/python -m sarangi restore "$(BUNDLE)" --directory "$(DIRECTORY)" $(if $(COMPARE),--compare)

lock:
	uv pip compile --universal --generate-hashes --no-annotate --no-header --python-version 3.11 --extra all --extra test pyproject.toml -o requirements.lock
	uv pip compile --universal --generate-hashes --no-annotate --no-header --python-version 3.11 --group build -c requirements.lock -o build.lock
	uv pip compile --universal --generate-hashes --no-annotate --no-header --python-version 3.11 docs/requirements.in -o docs/requirements.lock
	$(PYTHON) envs/generate.py
