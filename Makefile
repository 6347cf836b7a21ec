# make run: the site at http://127.0.0.1:8000 (PORT= for another). make test: the checks and all the tests.
# make test-postgres: the tests on a PostgreSQL server of their own, but for those in a browser.
# make audit: whether anything that the site runs on is known to be unsafe.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin

.PHONY: run test test-postgres audit lock check format guide-pictures bench soak

run: .venv/runs
	@PYTHON=$(BIN)/python PORT=$(PORT) sh site_config/serve.sh

# Each worker begins with half of the tests, in order, so that what a file needs is mostly set up in one of them.
test: check
	@CHROMIUM="$$($(BIN)/python tests/find_chromium.py)" && export CHROMIUM && $(BIN)/python -m pytest -n 2 --dist worksteal

test-postgres: .venv/tests
	@sh tests/postgres.sh $(BIN)/python -m pytest -n 2 --dist worksteal --ignore tests/browser

audit: .venv/tests
	@$(BIN)/python tests/audit.py requirements.txt requirements-dev.txt

# What is to be installed, with hashes, from what we have chosen. Takes newer versions of what that needs.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --custom-compile-command "make lock"
lock: .venv/tests
	@$(LOCK) --upgrade requirements.in -o requirements.txt
	@$(LOCK) --upgrade -c requirements.txt requirements-dev.in -o requirements-dev.txt

check: .venv/tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djade --check $$(git ls-files 'templates/*.html')
	@$(BIN)/python manage.py check
	@$(BIN)/python manage.py makemigrations --check --dry-run

format: .venv/tests
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/djade $$(git ls-files 'templates/*.html')

# How fast the site answers, against a reference server. Needs a quiet machine.
bench: .venv/tests
	@$(BIN)/python -m tests.bench

# Load, kills and fuzzing at length, for half an hour and more.
soak: .venv/tests
	@$(BIN)/python -m tests.soak

# The pictures of the editors' guide, taken anew from the real thing.
guide-pictures: .venv/tests
	@$(BIN)/python -m tests.browser.guide_pictures

# The virtual environment, made anew when what it holds has changed.
.venv/runs: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Legwork needs Python 3.11 or newer: make PYTHON=python3.11 ..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/tests: requirements-dev.txt .venv/runs
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
